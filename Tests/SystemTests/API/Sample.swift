import Foundation
import JSON
import Testing

/// Bodies that are accepted, made of what the OpenAPI document says and of objects of a tenant.
struct Sample {
  let world: MatrixWorld
  let tenant: Tenant

  /// Whose object an identifier in a body names.
  enum Subject: Equatable {
    /// An object of an account.
    case own(String)
    /// An object of no account.
    case global(String)
  }

  static let subjects: [String: Subject] = [
    "site_id": .own("site"), "sector_id": .own("sector"), "cluster_id": .own("cluster"),
    "idea_id": .own("idea"), "task_id": .own("task"), "content_id": .own("content"),
    "user_id": .own("user"), "keyword_ids": .own("keyword"), "site_ids": .own("site"),
    "author_profile_id": .own("profile"), "invoice_id": .own("invoice"),
    "payment_id": .own("payment"), "run_id": .own("run"), "account_id": .own("account"),
    "industry_id": .global("industry"), "industry_sector_id": .global("industrySector"),
    "industry_sector_ids": .global("industrySector"), "seed_keyword_id": .global("seed"),
    "seed_keyword_ids": .global("seed"), "package_id": .global("package"),
    "plan_id": .global("plan"),
  ]

  /// Nil for a field that names nothing.
  static func subject(of field: Operation.Field, in operation: Operation) -> Subject? {
    switch (field.name, operation.label) {
    case ("sector_id", let label) where label.hasSuffix("/seed-keywords/"):
      return .global("industrySector")
    case ("id", "POST /api/v1/account/erasure/"): return .own("account")
    case ("ids", _):
      let kinds = ["keywords", "clusters", "ideas", "tasks", "content", "images"]
      let parts = operation.path.split(separator: "/").map(String.init)
      let kind = kinds.first(where: parts.contains).map {
        $0 == "content" ? $0 : "\($0.dropLast())"
      }
      return .own(kind ?? "object of \(operation.path)")
    default: break
    }
    guard field.name.hasSuffix("_id") || field.name.hasSuffix("_ids"), field.name != "object_id",
      field.name != "tax_id"
    else { return nil }
    return subjects[field.name] ?? .own("object that `\(field.name)` names")
  }

  /// What must not stand beside something else, or would do more than is wanted.
  private static let omitted: Set = [
    "POST /api/v1/planner/keywords/ seed_keyword_id",
    "POST /api/v1/billing/payments/manual/ payment_id",
    "POST /api/v1/billing/payment-methods/ provider_method", "POST /api/v1/writer/tasks/ idea_id",
    "POST /api/v1/automation/cancel/ run_id", "POST /api/v1/automation/pause/ run_id",
    "POST /api/v1/automation/resume/ run_id",
  ]

  /// What is left out where the other is meant.
  static let alternatives = [
    "run_id": "site_id", "payment_id": "invoice_id", "seed_keyword_id": "keyword",
  ]

  /// A body with every field but those of any JSON.
  func body(of operation: Operation) throws -> [JSONValue.Member] {
    try operation.body.compactMap { field in
      guard !Self.omitted.contains("\(operation.label) \(field.name)"),
        let value = try value(of: field, in: operation)
      else { return nil }
      return JSONValue.Member(field.name, value)
    }
  }

  func value(of field: Operation.Field, in operation: Operation) throws -> JSONValue? {
    // The account stays.
    if operation.path.hasSuffix("/erasure/"), field.name == "password" { return "not-the-one" }
    if field.name == "type", operation.path.contains("payment-methods") { return "bank_transfer" }
    if let subject = Self.subject(of: field, in: operation) {
      let id = try id(of: subject)
      return field.kind.isList ? [.int(id)] : .int(id)
    }
    return plain(field.kind, field.name)
  }

  func id(of subject: Subject) throws -> Int64 {
    switch subject {
    case .own(let kind): try tenant.object(kind)
    case .global(let kind): try #require(world.globals[kind], "there is no \(kind)")
    }
  }

  private func plain(_ kind: Operation.Field.Kind, _ name: String) -> JSONValue? {
    switch kind {
    case .text(let values, let isTime):
      if let first = values.first { return .string(first) }
      return .string(isTime ? "2030-01-01T00:00:00Z" : text(name))
    case .whole(let least, let most): return .int(max(least, min(most, 100)))
    case .flag: return true
    case .list(let element): return plain(element, name).map { [$0] }
    case .object(let fields):
      return .object(
        fields.compactMap { field in
          plain(field.kind, field.name).map { .init(field.name, $0) }
        })
    case .anything: return nil
    }
  }

  /// Texts whose form matters.
  private func text(_ name: String) -> String {
    let unique = UUID().uuidString.lowercased()
    switch name {
    case "email", "billing_email": return "\(unique)@igny8.example"
    case "role": return "viewer"
    case "password", "new_password", "new_password_confirm": return Tenant.password
    case "country", "country_code", "billing_country": return "DE"
    case "currency": return "USD"
    case "price", "amount", "monthly_cap", "extra_credit_price", "unit_price": return "1.00"
    case "timezone": return "UTC"
    case "scheduled_time": return "10:00"
    case "frequency": return "daily"
    case "slug": return unique
    case "domain": return "\(unique).example"
    case "tax_id": return ""
    case "due_date", "effective_from": return "2030-01-01"
    case "destinations": return "igny8_sites"
    case "operation", "operation_type": return "clustering"
    case "return_url", "cancel_url", "proof_url", "base_url": return "https://igny8.example/back"
    default: return "text \(unique)"
    }
  }
}

extension Operation.Field.Kind {
  var isList: Bool { if case .list = self { true } else { false } }

  /// Whether it takes any text, or several.
  var isText: Bool {
    switch self {
    case .text: true
    case .list(let element): element.isText
    default: false
    }
  }
}
