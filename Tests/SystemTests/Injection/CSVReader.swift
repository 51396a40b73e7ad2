/// Reads comma-separated values (RFC 4180).
enum CSVReader {
  static func rows(_ text: String) -> [[String]] {
    var (rows, row, cell, isQuoted) = ([[String]](), [String](), [UInt8](), false)
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case 0x22 where isQuoted && rest.first == 0x22:
        cell.append(byte)
        rest.removeFirst()
      case 0x22: isQuoted.toggle()
      case 0x2c where !isQuoted: (row, cell) = (row + [String(decoding: cell, as: UTF8.self)], [])
      case 0x0a where !isQuoted:
        if cell.last == 0x0d { cell.removeLast() }
        rows.append(row + [String(decoding: cell, as: UTF8.self)])
        (row, cell) = ([], [])
      default: cell.append(byte)
      }
    }
    return cell.isEmpty && row.isEmpty
      ? rows : rows + [row + [String(decoding: cell, as: UTF8.self)]]
  }
}
