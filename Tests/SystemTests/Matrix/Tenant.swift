import Foundation
import JSON
import Testing

/// An account with people of every role and one object of every kind, all named so that what leaks
/// is found.
struct Tenant: Sendable {
  /// In every name and text of this tenant.
  let marker: String
  let owner: RESTClient
  let staff: RESTClient
  let accountID: Int64
  let ownerID: Int64
  private(set) var people: [String: RESTClient] = [:]
  private(set) var objects: [String: Int64] = [:]

  static let password = "Brewed-3-times-daily"

  /// Several, two at a time: as many passwords are hashed at once.
  static func make(
    _ count: Int, on system: RunningSystem, staff: RESTClient
  ) async throws -> [Tenant] {
    try await withThrowingTaskGroup(of: Tenant.self) { group in
      var tenants: [Tenant] = []
      for number in 0..<count {
        if number > 1, let tenant = try await group.next() { tenants.append(tenant) }
        group.addTask { try await make(on: system, staff: staff) }
      }
      for try await tenant in group { tenants.append(tenant) }
      return tenants
    }
  }

  static func make(on system: RunningSystem, staff: RESTClient) async throws -> Tenant {
    let marker = "m" + UUID().uuidString.lowercased().replacing("-", with: "")
    let anonymous = RESTClient(url: system.url)
    let session = try await anonymous.post(
      "/api/v1/auth/register/",
      [
        "email": .string("\(marker)@igny8.example"), "password": .string(password),
        "account_name": .string(marker), "first_name": .string(marker),
      ])
    let owner = RESTClient(url: system.url, access: session["access"]?.string)
    let ownerID = try #require(session["user"]?["id"]?.int)
    _ = try await staff.post(
      "/api/v1/admin/users/\(ownerID)/adjust-credits/",
      ["amount": 20_000, "reason": .string(marker)])
    var tenant = Tenant(
      marker: marker, owner: owner, staff: staff,
      accountID: try #require(session["user"]?["account"]?["id"]?.int), ownerID: ownerID)
    try await tenant.furnish()
    try await tenant.invite(anonymous)
    return tenant
  }

  /// The id of the object of a kind that stays.
  func object(_ kind: String) throws -> Int64 {
    try #require(objects[kind], "there is no \(kind)")
  }

  private mutating func furnish() async throws {
    (objects["account"], objects["owner"]) = (accountID, ownerID)
    for kind in Self.kinds { objects[kind] = try await new(kind) }
    try await work()
  }

  /// Publishes the content and lets a run go through.
  private mutating func work() async throws {
    let started = try await owner.post(
      "/api/v1/writer/content/\(try object("content"))/publish/", ["destinations": ["igny8_sites"]])
    let task = try #require(
      started["task_id"]?.int ?? started["task_id"]?.string.flatMap { Int64($0) })
    objects["aiTask"] = task
    let progress = "/api/v1/system/settings/task_progress/\(task)/"
    while !["SUCCESS", "FAILURE"].contains(try await owner.get(progress)["state"]?.string) {
      try await Task.sleep(for: .milliseconds(50))
    }
    let site = try id("site")
    _ = try await owner.expect(
      "PUT", "/api/v1/automation/config/",
      ["site_id": site, "enabled": true, "stages": [["stage": 1, "enabled": true]]])
    let run = try #require(
      try await owner.post("/api/v1/automation/run_now/", ["site_id": site])["id"]?.int)
    while ["created", "running"].contains(
      try await owner.get("/api/v1/automation/runs/\(run)/")["status"]?.string)
    { try await Task.sleep(for: .milliseconds(50)) }
    objects["run"] = run
    objects["invoice"] = try await first("/api/v1/billing/invoices/")
    objects["subscription"] = try await first("/api/v1/billing/subscriptions/")
    objects["job"] = try await first("/api/v1/automation/scheduled-tasks/")
    objects["record"] = try await first("/api/v1/publisher/publishing-records/")
  }

  private func first(_ path: String) async throws -> Int64 {
    try #require(try await owner.all(path).first?["id"]?.int, "\(path) is empty")
  }

  /// In an order in which each finds what it needs.
  static let kinds = [
    "site", "otherSite", "sector", "otherSector", "keyword", "cluster", "idea", "task", "content",
    "image", "profile", "strategy", "user", "grant", "key", "transaction", "payment", "method",
    "invitation",
  ]

  /// A further site with a sector.
  func newPlace() async throws -> (site: Int64, sector: Int64) {
    let site = try await new("site")
    let sector = try await made("/api/v1/auth/sectors/", ["site_id": .int(site), "name": "Place"])
    return (site, sector)
  }

  /// A further object of a kind.
  func new(_ kind: String) async throws -> Int64 {
    switch kind {
    case "transaction":
      return try await first("/api/v1/billing/credits/transactions/")
    case "payment":
      let package = try await first("/api/v1/billing/credit-packages/")
      let order = try await owner.post(
        "/api/v1/billing/credit-packages/\(package)/purchase/",
        ["payment_method": "bank_transfer"])
      return try #require(order["payment"]?["id"]?.int, "\(order.text)")
    case "grant":
      let user = try await new("user")
      return try await made(
        "/api/v1/auth/site-access/", ["user_id": .int(user), "site_id": try id("otherSite")])
    case "key":
      let site = try object("site")
      return try await made(
        "/api/v1/auth/sites/\(site)/api-keys/", ["name": .string(marker)])
    default:
      let (path, body) = try recipe(kind)
      return try await made(path, body)
    }
  }

  private func made(_ path: String, _ body: JSONValue) async throws -> Int64 {
    try #require(try await owner.post(path, body)["id"]?.int, "\(path) made nothing")
  }

  private func recipe(_ kind: String) throws -> (path: String, body: JSONValue) {
    let name = JSONValue.string("\(marker) \(UUID().uuidString.prefix(8))")
    switch kind {
    case "site", "otherSite":
      return ("/api/v1/auth/sites/", ["name": name, "hosting_type": "igny8_sites"])
    case "sector": return ("/api/v1/auth/sectors/", ["site_id": try id("site"), "name": name])
    case "otherSector":
      return ("/api/v1/auth/sectors/", ["site_id": try id("otherSite"), "name": name])
    case "keyword": return ("/api/v1/planner/keywords/", try placed(["keyword": name]))
    case "cluster": return ("/api/v1/planner/clusters/", try placed(["name": name]))
    case "idea": return ("/api/v1/planner/ideas/", try placed(["title": name]))
    case "task": return ("/api/v1/writer/tasks/", try placed(["title": name]))
    case "content":
      return (
        "/api/v1/writer/content/",
        try placed([
          "title": name, "html_content": .string("<p>\(marker)</p>"), "status": "review",
        ])
      )
    case "image":
      return (
        "/api/v1/writer/images/",
        try placed(["image_type": "featured", "prompt": name, "content_id": try id("content")])
      )
    case "profile": return ("/api/v1/system/author-profiles/", ["name": name])
    case "strategy": return ("/api/v1/system/strategies/", ["name": name])
    case "user":
      let email = JSONValue.string("\(UUID().uuidString)@igny8.example")
      return (
        "/api/v1/auth/users/",
        ["email": email, "password": .string(Self.password), "role": "viewer", "first_name": name]
      )
    case "method":
      return (
        "/api/v1/billing/payment-methods/", ["type": "bank_transfer", "display_name": name]
      )
    case "invitation":
      let email = JSONValue.string("\(UUID().uuidString)@igny8.example")
      return ("/api/v1/auth/invitations/", ["email": email, "role": "viewer"])
    default: throw RESTClient.Refused(description: "no recipe for \(kind)")
    }
  }

  private func id(_ kind: String) throws -> JSONValue { .int(try object(kind)) }

  /// A body with the site and the sector that editors and viewers are granted.
  private func placed(_ members: JSONValue) throws -> JSONValue {
    let place: JSONValue = ["site_id": try id("site"), "sector_id": try id("sector")]
    return .object(members.members + place.members)
  }

  /// People of the other roles, those who need grants with one for `site` alone, and a key of it.
  private mutating func invite(_ anonymous: RESTClient) async throws {
    people["owner"] = owner
    for role in ["admin", "editor", "viewer"] {
      let email = JSONValue.string("\(role)-\(marker)@igny8.example")
      _ = try await owner.post(
        "/api/v1/auth/users/",
        [
          "email": email, "password": .string(Self.password), "role": .string(role),
          "site_ids": .array(role == "admin" ? [] : [try id("site")]),
        ])
      let session = try await anonymous.post(
        "/api/v1/auth/login/", ["email": email, "password": .string(Self.password)])
      people[role] = RESTClient(url: owner.url, access: session["access"]?.string)
    }
    let site = try object("site")
    let key = try await owner.post(
      "/api/v1/auth/sites/\(site)/api-keys/", ["name": .string("bot \(marker)")])
    people["system_bot"] = RESTClient(url: owner.url, apiKey: try #require(key["key"]?.string))
  }

  /// All that the lists show of this tenant, to be compared.
  func snapshot() async throws -> [String: [JSONValue]] {
    var shown: [String: [JSONValue]] = [:]
    for path in [
      "auth/sites", "auth/sectors", "auth/users", "auth/site-access", "planner/keywords",
      "planner/clusters", "planner/ideas", "writer/tasks", "writer/content", "writer/images",
      "system/author-profiles", "system/strategies", "billing/credits/transactions",
    ] {
      shown[path] = try await owner.all("/api/v1/\(path)/")
    }
    return shown
  }
}
