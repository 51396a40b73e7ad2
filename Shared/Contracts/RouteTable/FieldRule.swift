import Protobuf

/// What a contract says of one field beyond its type: what a request may carry there and how the
/// public JSON shows it. protobuf-c's own descriptors do not keep this.
package struct FieldRule: Sendable, Equatable {
  /// A text holding JSON, embedded as it is.
  package var isJSON: Bool
  /// Microseconds since 1970 UTC, RFC 3339 in the JSON.
  package var isTimestamp: Bool
  /// A request without it is refused.
  package var isRequired: Bool
  /// Left out of the JSON while absent, instead of null.
  package var isOmittedWhenAbsent: Bool
  /// In no public JSON, neither read nor written.
  package var isHidden: Bool
  /// Never logged.
  package var isSecret: Bool
  /// Another name that requests may use.
  package var alias: String?
  /// The only values that a request may carry; empty for any.
  package var values: [String]
  /// What a request with another value is told.
  package var message: String?
  /// Longest text in characters.
  package var maxLength: Int?
  /// Most elements of a repeated field.
  package var maxItems: Int?
  package var minimum: Int64?
  package var maximum: Int64?

  package init(
    isJSON: Bool = false, isTimestamp: Bool = false, isRequired: Bool = false,
    isOmittedWhenAbsent: Bool = false, isHidden: Bool = false, isSecret: Bool = false,
    alias: String? = nil, values: [String] = [], message: String? = nil, maxLength: Int? = nil,
    maxItems: Int? = nil, minimum: Int64? = nil, maximum: Int64? = nil
  ) {
    (self.isJSON, self.isTimestamp, self.isRequired) = (isJSON, isTimestamp, isRequired)
    (self.isOmittedWhenAbsent, self.isHidden) = (isOmittedWhenAbsent, isHidden)
    (self.isSecret, self.alias, self.values) = (isSecret, alias, values)
    (self.message, self.maxLength, self.maxItems) = (message, maxLength, maxItems)
    (self.minimum, self.maximum) = (minimum, maximum)
  }

  /// A field of which nothing is said.
  package static let none = FieldRule()
}

/// The rules of all messages that a route may carry, by descriptor.
package struct FieldRules: Sendable {
  private var byMessage: [MessageDescriptor: [FieldRule]] = [:]

  /// The rules of the contracts.
  package static let all: FieldRules = {
    var rules = FieldRules()
    addContractRules(to: &rules)
    return rules
  }()

  package init() {}

  /// One rule a field, by the field's index; nil for a message of which nothing is said.
  package subscript(_ message: MessageDescriptor) -> [FieldRule]? { byMessage[message] }

  /// The rule of one field.
  package func rule(_ message: MessageDescriptor, _ index: Int) -> FieldRule {
    guard let rules = byMessage[message], index < rules.count else { return .none }
    return rules[index]
  }

  /// Says something of fields; the others of the message get `.none`.
  mutating func add(_ descriptor: UnsafeRawPointer, _ rules: [(Int, FieldRule)]) {
    let message = MessageDescriptor(descriptor)
    var dense = Array(repeating: FieldRule.none, count: message.fieldCount)
    for (index, rule) in rules { dense[index] = rule }
    byMessage[message] = dense
  }
}
