/// A keyword list as a file: what it means, row by row. One bad row never spoils the rest.
package struct KeywordFile: Equatable, Sendable {
  package struct Entry: Equatable, Sendable {
    package let line: Int
    package let keyword: KeywordText
    package let volume: Int64
    package let difficulty: Int64
    package let intent: KeywordIntent
  }

  package struct Rejection: Equatable, Sendable {
    package let line: Int
    package let reason: String

    package init(line: Int, reason: String) { (self.line, self.reason) = (line, reason) }
  }

  /// Why a file as a whole is refused.
  package enum Refusal: Error, Equatable, Sendable {
    case notUTF8
    case empty
    case noKeywordColumn
    case tooManyRows
  }

  /// Most rows of one file.
  package static let maxRows = 50_000
  package static let maxVolume: Int64 = 1_000_000_000_000

  package private(set) var entries: [Entry] = []
  package private(set) var rejections: [Rejection] = []
  /// Rows whose keyword stood in an earlier row already.
  package private(set) var repeats = 0

  /// - Throws: a `Refusal` when no row can be read.
  package init(_ file: [UInt8]) throws(Refusal) {
    let (records, points) = try Self.records(of: file, rejections: &rejections)
    guard let header = records.first else { throw .empty }
    guard records.count <= Self.maxRows + 1 else { throw .tooManyRows }
    let columns = Columns(header: header.cells)
    guard let keywordColumn = columns.keyword else { throw .noKeywordColumn }
    var seen: Set<String> = []
    for record in records.dropFirst() {
      switch Self.entry(record, columns, keywordColumn, pointsInThousands: points) {
      case .success(let entry):
        if seen.insert(entry.keyword.folded).inserted {
          entries.append(entry)
        } else {
          repeats += 1
        }
      case .failure(let fault):
        rejections.append(Rejection(line: record.line, reason: fault.reason))
      }
    }
  }

  private static func records(
    of file: [UInt8], rejections: inout [Rejection]
  ) throws(Refusal) -> (records: [CSVReader.Record], pointsInThousands: Bool) {
    do {
      let reader = try CSVReader(file)
      return (try reader.records(), reader.hasPointsInThousands)
    } catch {
      guard case .unclosedQuote(let line) = error else { throw .notUTF8 }
      rejections.append(Rejection(line: line, reason: "A quote is not closed"))
      let before = file.split(separator: 0x0a, omittingEmptySubsequences: false).prefix(line - 1)
      let readable = Array(before.joined(separator: [0x0a]))
      guard let reader = try? CSVReader(readable), let records = try? reader.records() else {
        return ([], false)
      }
      return (records, reader.hasPointsInThousands)
    }
  }

  private struct RowFault: Error { let reason: String }

  private static func entry(
    _ record: CSVReader.Record, _ columns: Columns, _ keywordColumn: Int,
    pointsInThousands: Bool
  ) -> Result<Entry, RowFault> {
    func cell(_ column: Int?) -> String {
      guard let column, column < record.cells.count else { return "" }
      return record.cells[column]
    }
    let raw = cell(keywordColumn)
    guard !raw.allSatisfy(\.isWhitespace) else {
      return .failure(RowFault(reason: "Keyword is empty"))
    }
    guard let keyword = KeywordText(raw) else {
      return .failure(RowFault(reason: "Keyword is too long or has control characters"))
    }
    let volumeCell = cell(columns.volume)
    let grouped = pointsInThousands ? thousands(volumeCell) : nil
    guard let volume = grouped ?? number(volumeCell), (0...maxVolume).contains(volume) else {
      return .failure(RowFault(reason: "Volume must be a whole number, 0 or more"))
    }
    guard let difficulty = number(cell(columns.difficulty)), (0...100).contains(difficulty) else {
      return .failure(RowFault(reason: "Difficulty must be a whole number from 0 to 100"))
    }
    guard let intent = KeywordIntent(cell: cell(columns.intent)) else {
      return .failure(RowFault(reason: "Invalid intent"))
    }
    return .success(
      Entry(
        line: record.line, keyword: keyword, volume: volume, difficulty: difficulty,
        intent: intent))
  }

  /// A number in groups of three with points between them: `1.200`.
  static func thousands(_ cell: String) -> Int64? {
    let groups = cell.split(separator: ".", omittingEmptySubsequences: false)
    guard groups.count > 1, (1...3).contains(groups[0].count),
      groups.dropFirst().allSatisfy({ $0.count == 3 })
    else { return nil }
    return Int64(groups.joined())
  }

  /// A whole number as a spreadsheet shows it: empty is 0, groups of three digits may be set apart,
  /// a fraction of zeros is passed over.
  static func number(_ cell: String) -> Int64? {
    if cell.isEmpty || cell == "-" { return 0 }
    var digits = cell.filter { $0 != " " && $0 != "\u{a0}" && $0 != "'" }
    if let point = digits.lastIndex(of: "."),
      digits[digits.index(after: point)...].allSatisfy({ $0 == "0" }),
      digits.distance(from: point, to: digits.endIndex) != 4
    {
      digits = String(digits[..<point])
    }
    let groups = digits.split(separator: ",", omittingEmptySubsequences: false)
    guard groups.dropFirst().allSatisfy({ $0.count == 3 }) else { return nil }
    return Int64(groups.joined())
  }

  /// Which column holds what.
  private struct Columns {
    var keyword: Int?
    var volume: Int?
    var difficulty: Int?
    var intent: Int?

    init(header: [String]) {
      for (index, name) in header.enumerated() {
        switch name.lowercased() {
        case "keyword", "keywords", "query", "search term": keyword = keyword ?? index
        case "volume", "search volume", "search_volume": volume = volume ?? index
        case "difficulty", "keyword difficulty", "kd": difficulty = difficulty ?? index
        case "intent", "search intent": intent = intent ?? index
        default: break
        }
      }
    }
  }
}
