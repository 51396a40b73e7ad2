/// SQL has one home: `Queries/` and `Migrations/`.
enum StatementChecks {
  private static let statement = Pattern(
    #"^\s*(?:SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|TRUNCATE\s|"#
      + #"(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|UNIQUE|SCHEMA|ROLE|POLICY|SEQUENCE)|"#
      + #"WITH\s+\w+\s+AS\s|GRANT\s|LISTEN\s|NOTIFY\s)"#)

  /// The room that speaks to the database about itself.
  static let exempt = ["Shared/Postgres/", "Tests/", "Package.swift"]

  static func violations(in file: SwiftText) -> [Violation] {
    let path = file.path
    guard !exempt.contains(where: path.hasPrefix) else { return [] }
    guard !path.contains("/Queries/"), !path.contains("/Migrations/") else { return [] }
    return file.literals.filter { statement.isFound(in: $0.text) }.map {
      .init(path: path, line: $0.line, what: "SQL outside Queries/ and Migrations/")
    }
  }

  private static let named = Pattern(#"\bStatement\(\s*(?:name:\s*)?""#)
  private static let name = Pattern(#"^[a-z_?]+(?:\.[a-z_0-9?]+)+$"#)

  /// The name of every statement has dots: `billing.hold.insert`. An interpolated part reads `?`.
  static func badNames(in file: SwiftText) -> [Violation] {
    guard file.path.contains("/Queries/") else { return [] }
    return file.code.indices.compactMap { index in
      guard named.isFound(in: file.lines[index]) else { return nil }
      let literal = file.literals.first { $0.line == index + 1 }
      guard let literal, !name.isFound(in: literal.text) else { return nil }
      let what = "a statement named \"\(literal.text)\""
      return .init(path: file.path, line: index + 1, what: what)
    }
  }
}
