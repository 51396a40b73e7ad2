import Postgres

/// A column of a resource's table that clients read or write under the same name.
package struct Column: Sendable {
  /// What a column holds.
  package enum Kind: Sendable, Equatable {
    case int, double, bool, text
    /// A text with a fixed set of values.
    case enumeration
    /// A JSON text in a json or jsonb column.
    case json
    /// Microseconds in the message, `timestamptz` in the table.
    case timestamp
    /// Repeated fields, array columns.
    case texts, ints
  }

  /// How clients may use a column.
  package enum Trait: Sendable {
    /// A create without it is refused: "This field is required".
    case required
    /// May be cleared: the column is then NULL.
    case nullable
    /// Only read; a hook may set it.
    case readOnly
    /// Only written, and not to the table: a hook takes it out of the values.
    case transient
    /// Not shown: no field of the item has its name.
    case hidden
  }

  package let name: String
  package let kind: Kind
  package var traits: [Trait]
  package var minimum: Int64?
  package var maximum: Int64?
  /// In characters.
  package var maxLength: Int?
  /// Elements of an array.
  package var maxItems: Int?
  package var values: [String] = []
  /// Other words for values: what clients may write and filter by, to what is stored.
  package var aliases: [String: String] = [:]
  /// What a client is told about a wrong value, instead of the default sentence.
  package var message: String?
  /// What a create without the field stores; without one the table's own default holds.
  package var initial: SQLValue?

  var isRequired: Bool { traits.contains { if case .required = $0 { true } else { false } } }
  var isNullable: Bool { traits.contains { if case .nullable = $0 { true } else { false } } }
  var isReadOnly: Bool { traits.contains { if case .readOnly = $0 { true } else { false } } }
  var isTransient: Bool { traits.contains { if case .transient = $0 { true } else { false } } }
  var isHidden: Bool { traits.contains { if case .hidden = $0 { true } else { false } } }
}

extension Column {
  /// A whole number.
  package static func int(
    _ name: String, _ traits: Trait..., min: Int64? = nil, max: Int64? = nil,
    default initial: Int64? = nil, message: String? = nil
  ) -> Column {
    Column(
      name: name, kind: .int, traits: traits, minimum: min, maximum: max, message: message,
      initial: initial.map { .int($0) })
  }

  /// A number; its bounds are whole.
  package static func double(
    _ name: String, _ traits: Trait..., min: Int64? = nil, max: Int64? = nil,
    default initial: Double? = nil, message: String? = nil
  ) -> Column {
    Column(
      name: name, kind: .double, traits: traits, minimum: min, maximum: max, message: message,
      initial: initial.map { .double($0) })
  }

  /// Yes or no.
  package static func bool(
    _ name: String, _ traits: Trait..., default initial: Bool? = nil
  ) -> Column {
    Column(name: name, kind: .bool, traits: traits, initial: initial.map { .bool($0) })
  }

  /// A text; blank counts as absent where it is required.
  package static func text(
    _ name: String, _ traits: Trait..., maxLength: Int? = nil, default initial: String? = nil,
    message: String? = nil
  ) -> Column {
    Column(
      name: name, kind: .text, traits: traits, maxLength: maxLength, message: message,
      initial: initial.map { .text($0) })
  }

  /// One of a few words.
  package static func enumeration(
    _ name: String, _ values: [String], _ traits: Trait..., aliases: [String: String] = [:],
    default initial: String? = nil, message: String? = nil
  ) -> Column {
    Column(
      name: name, kind: .enumeration, traits: traits, values: values, aliases: aliases,
      message: message, initial: initial.map { .text($0) })
  }

  /// JSON, as text in the message.
  package static func json(
    _ name: String, _ traits: Trait..., maxLength: Int? = nil, default initial: String? = nil
  ) -> Column {
    Column(
      name: name, kind: .json, traits: traits, maxLength: maxLength,
      initial: initial.map { .json($0) })
  }

  /// A moment.
  package static func timestamp(_ name: String, _ traits: Trait...) -> Column {
    Column(name: name, kind: .timestamp, traits: traits)
  }

  /// Several texts, each of `maxLength` characters at most.
  package static func texts(
    _ name: String, _ traits: Trait..., maxItems: Int? = nil, maxLength: Int? = nil
  ) -> Column {
    Column(
      name: name, kind: .texts, traits: traits, maxLength: maxLength, maxItems: maxItems,
      initial: .texts([]))
  }

  /// Several whole numbers.
  package static func ints(_ name: String, _ traits: Trait..., maxItems: Int? = nil) -> Column {
    Column(name: name, kind: .ints, traits: traits, maxItems: maxItems, initial: .ints([]))
  }
}

/// A field of the item that is computed by SQL.
package struct DerivedColumn: Sendable {
  package let name: String
  /// An expression; the row is called `t`.
  package let sql: String

  /// - Parameter sql: an expression in which the row is called `t`.
  package static func sql(_ name: String, _ sql: String) -> DerivedColumn {
    DerivedColumn(name: name, sql: sql)
  }
}

/// What a constraint of the table means to a client.
package struct Constraint: Sendable {
  enum Kind: Sendable { case unique, reference, check }

  let name: String
  let kind: Kind
  let field: String
  let message: String

  /// A unique index; its violation is a conflict (409).
  package static func unique(
    _ name: String, field: String, _ message: String
  ) -> Constraint {
    Constraint(name: name, kind: .unique, field: field, message: message)
  }

  /// A foreign key; its violation is a wrong field (400).
  package static func reference(
    _ name: String, field: String, _ message: String
  ) -> Constraint {
    Constraint(name: name, kind: .reference, field: field, message: message)
  }

  /// A check constraint; its violation is a wrong field (400).
  package static func check(
    _ name: String, field: String, _ message: String
  ) -> Constraint {
    Constraint(name: name, kind: .check, field: field, message: message)
  }
}
