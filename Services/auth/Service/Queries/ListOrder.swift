/// Something that a list can be ordered by; never NULL.
struct ListColumn: Sendable {
  enum Kind: String {
    case text, bigint, timestamptz
  }

  /// An expression over the list's tables.
  let sql: String
  let kind: Kind

  static func text(_ sql: String) -> ListColumn { ListColumn(sql: sql, kind: .text) }
  static func int(_ sql: String) -> ListColumn { ListColumn(sql: sql, kind: .bigint) }
  static func time(_ sql: String) -> ListColumn { ListColumn(sql: sql, kind: .timestamptz) }
}

/// One of a list's orders.
struct ListOrder: Sendable {
  struct Part: Sendable {
    let name: String
    let column: ListColumn
    let isDescending: Bool
  }

  /// The last one is a column in which no two rows are equal.
  let parts: [Part]

  init(parts: [Part]) { self.parts = parts }

  /// Upwards by the list's ids.
  init(id sql: String) {
    parts = [Part(name: "id", column: .int(sql), isDescending: false)]
  }

  /// In traces and statement names.
  var name: String {
    parts.map { $0.name + ($0.isDescending ? "_desc" : "") }.joined(separator: "_")
  }

  /// What comes behind ORDER BY.
  var sql: String {
    parts.map { $0.column.sql + ($0.isDescending ? " DESC" : "") }.joined(separator: ", ")
  }

  /// Where a row stands in the order, as an array of texts.
  var place: String {
    let values = parts.map { part in
      part.column.kind == .timestamptz
        ? "to_json(\(part.column.sql)) #>> '{}'" : "(\(part.column.sql))::text"
    }
    return "ARRAY[\(values.joined(separator: ", "))] AS place"
  }

  /// Whether a row comes behind a place; true where there is none.
  /// - Parameter parameter: an array of texts as `place` gives it, or NULL.
  func isBehind(_ parameter: String) -> String {
    var condition = "false"
    for (index, part) in parts.enumerated().reversed() {
      let value = "(\(parameter)::text[])[\(index + 1)]::\(part.column.kind.rawValue)"
      let (column, sign) = (part.column.sql, part.isDescending ? "<" : ">")
      condition =
        "(\(column) \(sign)= \(value) AND (\(column) <> \(value) OR \(condition)))"
    }
    return "(\(parameter)::text[] IS NULL OR \(condition))"
  }
}
