/// A filter of a list: fields of the list request and what they ask of a row.
package struct Filter: Sendable {
  /// One field and its test.
  struct Part: Sendable {
    let field: String
    let test: Test
  }

  enum Test: Sendable {
    case equal(column: String)
    case atLeast(column: String)
    case atMost(column: String)
    /// True: the column has a value; false: it has none.
    case isSet(column: String)
    /// The column's value is among those of a repeated field.
    case among(column: String)
    /// A condition; `$` stands for the field's value.
    case sql(String)
  }

  let parts: [Part]

  /// The column has the field's value.
  /// - Parameter column: the field's name unless given.
  package static func equal(_ field: String, column: String? = nil) -> Filter {
    Filter(parts: [Part(field: field, test: .equal(column: column ?? field))])
  }

  /// The fields `<column>_min` and `<column>_max`, either or both, bounds included.
  package static func range(_ column: String) -> Filter {
    Filter(parts: [
      Part(field: "\(column)_min", test: .atLeast(column: column)),
      Part(field: "\(column)_max", test: .atMost(column: column)),
    ])
  }

  /// A yes-or-no field: whether the column has a value.
  package static func isSet(_ field: String, _ column: String) -> Filter {
    Filter(parts: [Part(field: field, test: .isSet(column: column))])
  }

  /// The column's value is one of the repeated field's; an empty field does not filter.
  package static func among(_ field: String, column: String) -> Filter {
    Filter(parts: [Part(field: field, test: .among(column: column))])
  }

  /// A condition of one's own.
  /// - Parameter condition: the row is called `t`, and `$` stands for the field's value.
  package static func sql(_ field: String, _ condition: String) -> Filter {
    Filter(parts: [Part(field: field, test: .sql(condition))])
  }
}
