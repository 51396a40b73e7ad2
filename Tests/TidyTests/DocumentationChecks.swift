/// What Shared offers is explained where it is declared.
enum DocumentationChecks {
  private static let declaration = Pattern(
    #"^\s*(?:@\w+(?:\([^)]*\))?\s+)*package\s+(?:(?:static|final|mutating|indirect|nonisolated|"#
      + #"consuming|borrowing|convenience)\s+)*"#
      + #"(struct|class|enum|actor|protocol|typealias|func)\s+(\S+)"#
  )

  /// Requirements of the language's own protocols; their meaning is known.
  private static let known = Pattern(#"^(?:hash|encode|next|makeAsyncIterator|[^A-Za-z_`]+)\b"#)
  private static let operators = Pattern(#"^[^A-Za-z_`]"#)

  static func violations(in file: SwiftText) -> [Violation] {
    guard file.path.hasPrefix("Shared/") else { return [] }
    var previousKind = ""
    return file.code.enumerated().compactMap { index, line in
      guard let found = declaration.matches(in: line).first else {
        previousKind = ""
        return nil
      }
      let (kind, name) = (found.groups[1], found.groups[2])
      // One comment may stand above a row of like declarations of one line.
      let isRow = previousKind == kind && kind != "func"
      previousKind = kind
      if isRow || known.isFound(in: name) || operators.isFound(in: name) { return nil }
      guard !isDocumented(file, above: index) else { return nil }
      if kind == "func", isInDocumentedExtension(file, line: index) { return nil }
      let what = "\(kind) \(name.prefix { $0.isLetter || $0.isNumber }) has no doc comment"
      return .init(path: file.path, line: index + 1, what: what)
    }
  }

  /// A family of functions (one a type of value, say) is explained once, above its extension.
  private static func isInDocumentedExtension(_ file: SwiftText, line: Int) -> Bool {
    var at = line
    while at > 0, file.code[at].isEmpty || " }\t".contains(file.code[at].prefix(1)) { at -= 1 }
    return file.code[at].hasPrefix("extension ") && isDocumented(file, above: at)
  }

  private static func isDocumented(_ file: SwiftText, above index: Int) -> Bool {
    var at = index - 1
    while at >= 0, file.code[at].drop(while: \.isWhitespace).hasPrefix("@") { at -= 1 }
    return at >= 0 && file.comments[at].drop(while: \.isWhitespace).hasPrefix("///")
  }
}
