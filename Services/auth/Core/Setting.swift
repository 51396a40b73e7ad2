import JSON

/// Whose a setting is.
package enum SettingScope: String, Sendable, CaseIterable {
  /// The platform's: everybody reads it, staff changes it.
  case system
  case account
  case user
  /// The account's, for what its AI functions are asked for by default.
  case ai
  /// The account's, for what one of its modules offers by default.
  case module
}

/// A setting that there is: its name, what it can be and what it is at first.
package struct Setting: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case boolean
    case integer(ClosedRange<Int64>)
    /// Of so many characters at most.
    case text(Int)
    case choice([String])
  }

  package let key: String
  package let kind: Kind
  package let initial: JSONValue
  /// For people.
  package let meaning: String

  /// What is wrong with a value; nil when it fits.
  package func fault(in value: JSONValue) -> String? {
    switch kind {
    case .boolean:
      return value.bool == nil ? "Must be true or false" : nil
    case .integer(let range):
      if case .int(let number) = value, range.contains(number) { return nil }
      return "Must be a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .text(let longest):
      if let text = value.string, text.unicodeScalars.count <= longest { return nil }
      return "Must be a text of at most \(longest) characters"
    case .choice(let choices):
      if let text = value.string, choices.contains(text) { return nil }
      return "Must be one of \(choices.joined(separator: ", "))"
    }
  }

  /// The kind's name for clients.
  package var type: String {
    switch kind {
    case .boolean: "boolean"
    case .integer: "integer"
    case .text: "string"
    case .choice: "choice"
    }
  }

  package var choices: [String] { if case .choice(let choices) = kind { choices } else { [] } }
}

extension Setting {
  static func flag(_ key: String, _ initial: Bool, _ meaning: String) -> Setting {
    Setting(key: key, kind: .boolean, initial: .bool(initial), meaning: meaning)
  }

  static func number(
    _ key: String, _ range: ClosedRange<Int64>, _ initial: Int64, _ meaning: String
  ) -> Setting {
    Setting(key: key, kind: .integer(range), initial: .int(initial), meaning: meaning)
  }

  static func text(
    _ key: String, longest: Int, _ initial: String, _ meaning: String
  ) -> Setting {
    Setting(key: key, kind: .text(longest), initial: .string(initial), meaning: meaning)
  }

  /// The first choice is the initial one.
  static func choice(_ key: String, _ choices: [String], _ meaning: String) -> Setting {
    Setting(
      key: key, kind: .choice(choices), initial: .string(choices.first ?? ""), meaning: meaning)
  }
}
