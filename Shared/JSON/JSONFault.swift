/// Why a text is no JSON, and where: line and column count from 1, columns in bytes.
package struct JSONFault: Error, Equatable, Sendable, CustomStringConvertible {
  package let reason: String
  package let line: Int
  package let column: Int
  /// The text ended where more of it was needed: it is cut off, as far as it goes it was right.
  package let isEarlyEnd: Bool

  package var description: String { "\(reason) at line \(line), column \(column)" }

  init(
    _ reason: String, at offset: Int, in bytes: UnsafeRawBufferPointer, isEarlyEnd: Bool = false
  ) {
    var line = 1
    var lineStart = 0
    for index in 0..<min(offset, bytes.count) where bytes[index] == 0x0a {
      line += 1
      lineStart = index + 1
    }
    self.reason = reason
    self.line = line
    self.column = min(offset, bytes.count) - lineStart + 1
    self.isEarlyEnd = isEarlyEnd
  }
}
