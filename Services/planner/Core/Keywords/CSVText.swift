/// Writes comma-separated values (RFC 4180). A cell that a spreadsheet would take for a formula
/// gets an apostrophe in front (OWASP, "CSV Injection").
package enum CSVText {
  package static func line(_ cells: [String]) -> String {
    cells.map(cell).joined(separator: ",") + "\r\n"
  }

  /// Goes by bytes: a comma with an accent over it is one character to Swift and still a comma to
  /// whoever reads the file.
  static func cell(_ text: String) -> String {
    var text = text
    if let first = text.utf8.first, formulas.contains(first), Int64(text) == nil {
      text = "'" + text
    }
    guard text.utf8.contains(where: quoted.contains) else { return text }
    let doubled = text.utf8.flatMap { $0 == 0x22 ? [$0, $0] : [$0] }
    return "\"" + String(decoding: doubled, as: UTF8.self) + "\""
  }

  private static let formulas = Array("=+-@\t\r".utf8)
  private static let quoted = Array(",;\t\"\r\n".utf8)
}
