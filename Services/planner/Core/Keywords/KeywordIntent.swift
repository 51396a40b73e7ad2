/// Why somebody searches.
package enum KeywordIntent: String, CaseIterable, Sendable {
  case informational, navigational, transactional, commercial

  /// Reads a spreadsheet's cell: any case, also by its first letter; an empty one is informational.
  package init?(cell: String) {
    let folded = cell.lowercased()
    if folded.isEmpty {
      self = .informational
    } else if let match = Self.allCases.first(where: {
      $0.rawValue == folded || String($0.rawValue.prefix(1)) == folded
    }) {
      self = match
    } else {
      return nil
    }
  }
}

/// Whether a keyword takes part in planning.
package enum KeywordStatus: String, CaseIterable, Sendable {
  case active, inactive, archived

  /// Older clients' names that mean `active`.
  package static let aliases = ["pending": "active", "mapped": "active"]
}
