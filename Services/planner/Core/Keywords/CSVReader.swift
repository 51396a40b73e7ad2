/// Reads comma-separated values (RFC 4180) as spreadsheets really write them: a byte order mark,
/// semicolons or tabs instead of commas, any line end, quoted cells with doubled quotes.
package struct CSVReader: Sendable {
  package struct Record: Equatable, Sendable {
    /// Line of the file on which the record begins; the first line is 1.
    package let line: Int
    package let cells: [String]
  }

  /// Why a text is no table.
  package enum Fault: Error, Equatable, Sendable {
    case notUTF8
    case unclosedQuote(line: Int)
  }

  private let bytes: ArraySlice<UInt8>
  private let separator: UInt8

  /// The file comes from where a comma stands in decimal numbers, and a point between thousands.
  package var hasPointsInThousands: Bool { separator == 0x3b }

  /// - Throws: `Fault.notUTF8`.
  package init(_ file: [UInt8]) throws(Fault) {
    guard String(validating: file, as: UTF8.self) != nil else { throw .notUTF8 }
    bytes = file.starts(with: [0xef, 0xbb, 0xbf]) ? file[3...] : file[...]
    separator = Self.separator(of: bytes)
  }

  /// All records that are not blank lines.
  package func records() throws(Fault) -> [Record] {
    var records: [Record] = []
    var reader = RecordReader(rest: bytes, separator: separator)
    while let record = try reader.next() {
      if record.cells != [""] { records.append(record) }
    }
    return records
  }

  /// The separator that stands most often in the first line, outside quotes.
  private static func separator(of bytes: ArraySlice<UInt8>) -> UInt8 {
    var counts: [UInt8: Int] = [0x2c: 0, 0x3b: 0, 0x09: 0]
    var quoted = false
    for byte in bytes {
      if byte == 0x22 { quoted.toggle() }
      if !quoted, byte == 0x0a || byte == 0x0d { break }
      if !quoted, let count = counts[byte] { counts[byte] = count + 1 }
    }
    let best = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return best.map { $0.value > 0 ? $0.key : 0x2c } ?? 0x2c
  }
}

/// Reads one record after the other.
private struct RecordReader {
  var rest: ArraySlice<UInt8>
  let separator: UInt8
  var line = 1

  mutating func next() throws(CSVReader.Fault) -> CSVReader.Record? {
    guard !rest.isEmpty else { return nil }
    let start = line
    var cells: [String] = []
    repeat { cells.append(try cell()) } while take(separator)
    takeLineEnd()
    return CSVReader.Record(line: start, cells: cells)
  }

  private mutating func cell() throws(CSVReader.Fault) -> String {
    while rest.first == 0x20 { rest.removeFirst() }
    guard take(0x22) else { return plainCell() }
    let start = line
    var text: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == 0x22, !take(0x22) {
        text.append(contentsOf: Array(plainCell().utf8))
        return String(decoding: text, as: UTF8.self)
      }
      if byte == 0x0a { line += 1 }
      text.append(byte)
    }
    throw .unclosedQuote(line: start)
  }

  private mutating func plainCell() -> String {
    let end = rest.firstIndex { $0 == separator || $0 == 0x0a || $0 == 0x0d } ?? rest.endIndex
    var cell = rest[rest.startIndex..<end]
    rest = rest[end...]
    while cell.last == 0x20 { cell.removeLast() }
    return String(decoding: cell, as: UTF8.self)
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func takeLineEnd() {
    let carriage = take(0x0d)
    if take(0x0a) || carriage { line += 1 }
  }
}
