import Kernel
import Postgres

/// What a create or an update stores: values by column name, checked against the declaration.
package struct ResourceValues: Sendable, Equatable {
  private var values: [String: SQLValue]

  package init(_ values: [String: SQLValue] = [:]) { self.values = values }

  /// The value of a column; nil when the request leaves it alone. Setting nil leaves it alone.
  package subscript(name: String) -> SQLValue? {
    get { values[name] }
    set { values[name] = newValue }
  }

  package var names: [String] { values.keys.sorted() }

  package var isEmpty: Bool { values.isEmpty }

  /// The whole number of a column; nil when it is absent, NULL or something else.
  package func int(_ name: String) -> Int64? {
    if case .int(let value) = values[name] { return value }
    return nil
  }

  /// The text of a column; nil when it is absent, NULL or something else.
  package func text(_ name: String) -> String? {
    switch values[name] {
    case .text(let value), .json(let value): return value
    default: return nil
    }
  }

  /// The yes or no of a column; nil as with `text`.
  package func bool(_ name: String) -> Bool? {
    if case .bool(let value) = values[name] { return value }
    return nil
  }

  /// The whole numbers of a column; nil as with `text`.
  package func ints(_ name: String) -> [Int64]? {
    if case .ints(let value) = values[name] { return value }
    return nil
  }

  /// The texts of a column; nil as with `text`.
  package func texts(_ name: String) -> [String]? {
    if case .texts(let value) = values[name] { return value }
    return nil
  }

  /// Takes a value out, as hooks do with transient ones.
  package mutating func take(_ name: String) -> SQLValue? { values.removeValue(forKey: name) }
}
