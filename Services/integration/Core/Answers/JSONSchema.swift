import JSON

/// The part of JSON Schema (2020-12) that structured output uses: `type`, `properties`, `required`,
/// `additionalProperties: false`, `items`, `enum`, and limits on length, number and size.
package struct JSONSchema: Sendable {
  private let root: JSONValue

  /// - Throws: `JSONFault`.
  package init(text: String) throws { root = try JSONValue(parsing: text, strictly: true) }

  /// Complaints a model can act on, each with the path it is about; empty for a valid value.
  package func complaints(about value: JSONValue) -> [String] {
    var complaints: [String] = []
    check(value, root, path: "$", &complaints)
    return complaints
  }

  private func check(
    _ value: JSONValue, _ schema: JSONValue, path: String, _ complaints: inout [String]
  ) {
    guard complaints.count < 20 else { return }
    if let type = schema["type"]?.string, !Self.matches(value, type) {
      complaints.append("\(path) must be \(type), is \(value.typeName)")
      return
    }
    if let allowed = schema["enum"]?.array, !allowed.contains(value) {
      let names = allowed.map(\.text).joined(separator: ", ")
      complaints.append("\(path) must be one of \(names)")
    }
    switch value {
    case .object(let members): check(members, schema, path, &complaints)
    case .array(let items):
      limit(items.count, schema, "Items", "items", path, &complaints)
      guard let each = schema["items"] else { return }
      for (index, item) in items.enumerated() {
        check(item, each, path: "\(path)[\(index)]", &complaints)
      }
    case .string(let text): limit(text.count, schema, "Length", "characters", path, &complaints)
    case .int, .double:
      let number = value.double ?? 0
      if let least = schema["minimum"]?.double, number < least {
        complaints.append("\(path) must be at least \(least)")
      }
      if let most = schema["maximum"]?.double, number > most {
        complaints.append("\(path) must be at most \(most)")
      }
    case .null, .bool: return
    }
  }

  private func check(
    _ members: [JSONValue.Member], _ schema: JSONValue, _ path: String,
    _ complaints: inout [String]
  ) {
    let names = Set(members.map(\.name))
    for name in schema["required"]?.strings ?? [] where !names.contains(name) {
      complaints.append("\(path).\(name) is missing")
    }
    for member in members {
      if let inner = schema["properties"]?[member.name] {
        check(member.value, inner, path: "\(path).\(member.name)", &complaints)
      } else if schema["additionalProperties"] == .bool(false) {
        complaints.append("\(path).\(member.name) is not expected")
      }
    }
  }

  private func limit(
    _ count: Int, _ schema: JSONValue, _ what: String, _ unit: String, _ path: String,
    _ complaints: inout [String]
  ) {
    if let least = schema["min\(what)"]?.int, count < least {
      complaints.append("\(path) must have at least \(least) \(unit), has \(count)")
    }
    if let most = schema["max\(what)"]?.int, count > most {
      complaints.append("\(path) must have at most \(most) \(unit), has \(count)")
    }
  }

  private static func matches(_ value: JSONValue, _ type: String) -> Bool {
    switch type {
    case "number": value.double != nil
    case "integer": value.int != nil
    default: value.typeName == type
    }
  }
}

extension JSONValue {
  /// As a schema calls it.
  fileprivate var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .int: "integer"
    case .double: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
