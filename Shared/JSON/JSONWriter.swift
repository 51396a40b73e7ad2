/// Writes JSON text, byte by byte, into one growing buffer. The caller keeps the order of calls
/// legal; commas are the writer's.
package struct JSONWriter {
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init(reserving capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Opens an object; members follow, each a name and a value, then `endObject`.
  package mutating func beginObject() { open(0x7b) }

  /// Closes the innermost object.
  package mutating func endObject() { close(0x7d) }

  /// Opens an array; values follow, then `endArray`.
  package mutating func beginArray() { open(0x5b) }

  /// Closes the innermost array.
  package mutating func endArray() { close(0x5d) }

  /// A member's name; its value must come next.
  package mutating func name(_ name: String) {
    separate()
    quote(name)
    bytes.append(0x3a)
    needsComma = false
  }

  /// A name known to need no escape.
  package mutating func name(_ name: StaticString) {
    separate()
    bytes.append(0x22)
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(contentsOf: [0x22, 0x3a])
    needsComma = false
  }

  /// A member's name as JSON text: in quotes, escaped where it must be, with the colon.
  package mutating func name(json: UnsafeRawBufferPointer) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = false
  }

  /// The JSON text of a string.
  package static func quoted(_ value: String) -> [UInt8] {
    var writer = JSONWriter(reserving: value.utf8.count + 2)
    writer.quote(value)
    return writer.bytes
  }

  /// The value `null`.
  package mutating func null() { literal("null") }

  /// The value `true` or `false`.
  package mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

  /// A whole number, in full.
  package mutating func int(_ value: Int64) {
    separate()
    if value < 0 { bytes.append(0x2d) }
    appendDigits(value.magnitude)
  }

  /// A number that is not finite is written as null.
  package mutating func double(_ value: Double) {
    guard value.isFinite else { return null() }
    separate()
    if value == value.rounded(), abs(value) < 1e15 {
      if value < 0 { bytes.append(0x2d) }
      appendDigits(UInt64(abs(value)))
    } else {
      bytes.append(contentsOf: String(value).utf8)
    }
  }

  /// A string, escaped where it must be.
  package mutating func string(_ value: String) {
    separate()
    quote(value)
  }

  /// A string given as UTF-8; bytes that are none become U+FFFD.
  package mutating func string(utf8: UnsafeRawBufferPointer) {
    guard utf8.allSatisfy({ $0 < 0x80 }) else {
      return string(String(decoding: utf8, as: UTF8.self))
    }
    separate()
    bytes.append(0x22)
    escape(utf8)
    bytes.append(0x22)
  }

  /// JSON text from elsewhere, as it is but on one line; null when it is no JSON.
  package mutating func embed(_ json: UnsafeRawBufferPointer) {
    var scanner = JSONScanner(json)
    guard (try? scanner.skip()) != nil, (try? scanner.end()) != nil else { return null() }
    separate()
    // Line ends can only stand between values: in strings they are escaped.
    bytes.append(contentsOf: json.lazy.filter { $0 != 0x0a && $0 != 0x0d })
  }

  private mutating func separate() {
    if needsComma { bytes.append(0x2c) }
    needsComma = true
  }

  private mutating func open(_ byte: UInt8) {
    separate()
    bytes.append(byte)
    needsComma = false
  }

  private mutating func close(_ byte: UInt8) {
    bytes.append(byte)
    needsComma = true
  }

  private mutating func literal(_ text: StaticString) {
    separate()
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func appendDigits(_ value: UInt64) {
    if value >= 10 { appendDigits(value / 10) }
    bytes.append(0x30 + UInt8(value % 10))
  }

  private mutating func quote(_ value: String) {
    bytes.append(0x22)
    var value = value
    value.withUTF8 { escape(UnsafeRawBufferPointer($0)) }
    bytes.append(0x22)
  }

  private mutating func escape(_ utf8: UnsafeRawBufferPointer) {
    var plain = 0
    for index in 0..<utf8.count {
      let byte = utf8[index]
      guard byte < 0x20 || byte == 0x22 || byte == 0x5c else { continue }
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: utf8[plain..<index]))
      plain = index + 1
      appendEscape(of: byte)
    }
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: utf8[plain...]))
  }

  private mutating func appendEscape(of byte: UInt8) {
    bytes.append(0x5c)
    switch byte {
    case 0x22, 0x5c: bytes.append(byte)
    case 0x0a: bytes.append(0x6e)
    case 0x0d: bytes.append(0x72)
    case 0x09: bytes.append(0x74)
    default:
      let hexadecimal = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: [0x75, 0x30, 0x30])
      bytes.append(hexadecimal[Int(byte >> 4)])
      bytes.append(hexadecimal[Int(byte & 15)])
    }
  }
}
