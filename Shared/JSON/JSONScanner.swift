/// A pull parser of RFC 8259. The caller says what it expects next, so that text goes straight to
/// where it is wanted and no tree is built. The bytes must stay alive as long as the scanner is
/// used.
///
/// Nesting beyond `maxDepth` is refused, as are control characters in strings, lone surrogates,
/// leading zeros and text that is no UTF-8.
package struct JSONScanner {
  package static let maxDepth = 64
  /// Longest number, in characters; a database's decimal numbers have their limits too.
  private static let longestNumber = 1_000

  /// What kind of value comes next.
  package enum Kind: Sendable { case null, bool, number, string, array, object }

  /// A number as it was written: exact where it is whole and fits.
  package enum Number: Equatable, Sendable {
    case int(Int64)
    case double(Double)
  }

  let bytes: UnsafeRawBufferPointer
  private(set) var position = 0
  private var depth = 0

  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The kind of the next value.
  package mutating func peek() throws(JSONFault) -> Kind {
    skipSpace()
    guard position < bytes.count else { throw wanting("Unexpected end") }
    switch bytes[position] {
    case 0x22: return .string
    case 0x7b: return .object
    case 0x5b: return .array
    case 0x74, 0x66: return .bool
    case 0x6e: return .null
    case 0x2d, 0x30...0x39: return .number
    default: throw fault("Expected a value")
    }
  }

  /// Reads `null`.
  package mutating func null() throws(JSONFault) {
    skipSpace()
    try literal("null")
  }

  /// Reads `true` or `false`.
  package mutating func bool() throws(JSONFault) -> Bool {
    skipSpace()
    if position < bytes.count, bytes[position] == 0x74 {
      try literal("true")
      return true
    }
    try literal("false")
    return false
  }

  /// Reads a number; one too large for a finite `Double`, so small that it would become zero, or
  /// longer than a thousand characters is refused.
  package mutating func number() throws(JSONFault) -> Number {
    skipSpace()
    let start = position
    let negative = take(0x2d)
    let whole = try digits()
    if whole.count > 1, bytes[whole.start] == 0x30 { throw fault("Leading zero", at: start) }
    var isWhole = true
    if take(0x2e) {
      isWhole = false
      _ = try digits()
    }
    if take(0x65) || take(0x45) {
      isWhole = false
      if !take(0x2b) { _ = take(0x2d) }
      _ = try digits()
    }
    if isWhole, let value = integer(from: whole.start, negative: negative) { return .int(value) }
    let written = bytes[start..<position]
    guard written.count <= Self.longestNumber else { throw fault("Number too long", at: start) }
    guard let value = Double(String(decoding: written, as: UTF8.self)), value.isFinite else {
      throw fault("Number too large", at: start)
    }
    let isZero = written.prefix { $0 | 0x20 != 0x65 }.allSatisfy { !(0x31...0x39).contains($0) }
    guard value != 0 || isZero else { throw fault("Number too small", at: start) }
    return .double(value)
  }

  /// Reads a string, its escapes resolved.
  package mutating func string() throws(JSONFault) -> String {
    skipSpace()
    guard take(0x22) else { throw wanting("Expected a string") }
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x22 {
        let text = try utf8(start..<position)
        position += 1
        return text
      }
      if byte == 0x5c { return try escapedString(from: start) }
      if byte < 0x20 { throw fault("Control character in a string") }
      position += 1
    }
    throw wanting("Unexpected end of a string")
  }

  /// Reads the array's elements; `element` must consume one value each time.
  package mutating func array(
    _ element: (inout JSONScanner) throws -> Void
  ) throws {
    try open(0x5b, "Expected an array")
    if closes(0x5d) { return }
    repeat { try element(&self) } while try continues(0x5d)
  }

  /// Reads the object's members; `member` gets each name and must consume its value.
  package mutating func object(
    _ member: (String, inout JSONScanner) throws -> Void
  ) throws {
    try open(0x7b, "Expected an object")
    if closes(0x7d) { return }
    repeat {
      skipSpace()
      guard position < bytes.count, bytes[position] == 0x22 else {
        throw wanting("Expected a name")
      }
      let name = try string()
      skipSpace()
      guard take(0x3a) else { throw wanting("Expected ':'") }
      try member(name, &self)
    } while try continues(0x7d)
  }

  /// Passes over the next value, whatever it is, and returns its text as it stands.
  @discardableResult
  package mutating func skip() throws -> UnsafeRawBufferPointer {
    skipSpace()
    let start = position
    switch try peek() {
    case .null: try null()
    case .bool: _ = try bool()
    case .number: _ = try number()
    case .string: _ = try string()
    case .array: try array { scanner throws in _ = try scanner.skip() }
    case .object: try object { _, scanner throws in _ = try scanner.skip() }
    }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
  }

  /// Nothing but white space may follow.
  package mutating func end() throws(JSONFault) {
    skipSpace()
    guard position == bytes.count else { throw fault("Unexpected text after the value") }
  }

  /// A fault at the present position, for a caller that found one in a value.
  package func fault(_ reason: String) -> JSONFault { fault(reason, at: position) }

  private func fault(_ reason: String, at offset: Int) -> JSONFault {
    JSONFault(reason, at: offset, in: bytes)
  }

  /// A fault at the present position; where the text ends there, more of it was needed.
  private func wanting(_ reason: String) -> JSONFault {
    JSONFault(reason, at: position, in: bytes, isEarlyEnd: position == bytes.count)
  }
}

extension JSONScanner {
  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0a, 0x0d, 0x09: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func literal(_ text: StaticString) throws(JSONFault) {
    let length = text.utf8CodeUnitCount
    let present = min(length, bytes.count - position)
    for index in 0..<present where bytes[position + index] != text.utf8Start[index] {
      throw fault("Expected \(text)")
    }
    guard present == length else {
      throw JSONFault("Expected \(text)", at: position, in: bytes, isEarlyEnd: true)
    }
    position += length
  }

  private mutating func digits() throws(JSONFault) -> (start: Int, count: Int) {
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    guard position > start else { throw wanting("Expected a digit") }
    return (start, position - start)
  }

  private func integer(from start: Int, negative: Bool) -> Int64? {
    var value: Int64 = 0
    for index in start..<position {
      let digit = Int64(bytes[index] - 0x30)
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, over) = product.subtractingReportingOverflow(digit)
      if tooLarge || over { return nil }
      value = sum
    }
    if negative { return value }
    return value == .min ? nil : -value
  }

  private mutating func open(_ byte: UInt8, _ reason: String) throws(JSONFault) {
    skipSpace()
    guard take(byte) else { throw wanting(reason) }
    depth += 1
    guard depth <= Self.maxDepth else { throw fault("Nested too deeply") }
  }

  private mutating func closes(_ byte: UInt8) -> Bool {
    skipSpace()
    guard take(byte) else { return false }
    depth -= 1
    return true
  }

  private mutating func continues(_ close: UInt8) throws(JSONFault) -> Bool {
    if closes(close) { return false }
    guard take(0x2c) else { throw wanting("Expected ',' or the end") }
    return true
  }

  private func utf8(_ range: Range<Int>) throws(JSONFault) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw fault("Text is not UTF-8", at: range.lowerBound)
    }
    return text
  }

  /// A string with at least one escape; the position is at the first backslash.
  private mutating func escapedString(from start: Int) throws(JSONFault) -> String {
    var text = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case 0x22:
        guard let string = String(validating: text, as: UTF8.self) else {
          throw fault("Text is not UTF-8", at: start)
        }
        return string
      case 0x5c: try appendEscape(to: &text)
      case 0..<0x20: throw fault("Control character in a string", at: position - 1)
      default: text.append(byte)
      }
    }
    throw wanting("Unexpected end of a string")
  }

  private mutating func appendEscape(to text: inout [UInt8]) throws(JSONFault) {
    guard position < bytes.count else { throw wanting("Unexpected end of a string") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case 0x22, 0x5c, 0x2f: text.append(byte)
    case 0x62: text.append(0x08)
    case 0x66: text.append(0x0c)
    case 0x6e: text.append(0x0a)
    case 0x72: text.append(0x0d)
    case 0x74: text.append(0x09)
    case 0x75: text.append(contentsOf: Array(String(try unicodeEscape()).utf8))
    default: throw fault("Unknown escape", at: position - 1)
    }
  }

  private mutating func unicodeEscape() throws(JSONFault) -> Character {
    let first = try hexadecimal()
    var value = UInt32(first)
    if (0xd800..<0xdc00).contains(first) {
      guard take(0x5c), take(0x75) else { throw wanting("Lone surrogate") }
      let second = try hexadecimal()
      guard (0xdc00..<0xe000).contains(second) else { throw fault("Lone surrogate") }
      value = 0x10000 + (UInt32(first - 0xd800) << 10) + UInt32(second - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw fault("Lone surrogate") }
    return Character(scalar)
  }

  private mutating func hexadecimal() throws(JSONFault) -> UInt16 {
    guard position + 4 <= bytes.count else {
      throw JSONFault("Unexpected end of a string", at: position, in: bytes, isEarlyEnd: true)
    }
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw fault("Expected four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }
}
