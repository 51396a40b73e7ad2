/// Reads JSON strictly: no comments, no trailing commas, no duplicate names, limits on depth
/// and size.
package struct JSONParser {
  package struct Limits: Sendable {
    package var maxBytes = 4 << 20
    package var maxDepth = 64

    package init() {}
  }

  private let bytes: [UInt8]
  private let limits: Limits
  private var at = 0

  private init(_ text: String, limits: Limits) {
    bytes = Array(text.utf8)
    self.limits = limits
  }

  package static func parse(
    _ text: String, limits: Limits = Limits()
  ) throws(JSONError) -> JSONValue {
    var parser = JSONParser(text, limits: limits)
    guard parser.bytes.count <= limits.maxBytes else { throw parser.error(.tooLarge) }
    let value = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.at == parser.bytes.count else { throw parser.error(.trailing) }
    return value
  }

  private func error(_ reason: JSONError.Reason) -> JSONError {
    let before = bytes[..<min(at, bytes.count)]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return JSONError(reason: reason, line: line, column: before.count - start + 1)
  }

  private mutating func skipBlanks() {
    while at < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[at]) { at += 1 }
  }

  private func peek() throws(JSONError) -> UInt8 {
    guard at < bytes.count else { throw error(.unexpectedEnd) }
    return bytes[at]
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard try peek() == byte else { throw error(.unexpectedCharacter) }
    at += 1
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= limits.maxDepth else { throw error(.tooDeep) }
    skipBlanks()
    switch try peek() {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error(.unexpectedCharacter)
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for byte in word.utf8 { try expect(byte) }
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    at += 1
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    skipBlanks()
    if try peek() == UInt8(ascii: "}") {
      at += 1
      return .object([])
    }
    while true {
      skipBlanks()
      guard try peek() == UInt8(ascii: "\"") else { throw error(.unexpectedCharacter) }
      let name = try string()
      guard names.insert(name).inserted else { throw error(.duplicateName) }
      skipBlanks()
      try expect(UInt8(ascii: ":"))
      members.append(.init(name, try value(depth: depth + 1)))
      skipBlanks()
      if try peek() == UInt8(ascii: "}") {
        at += 1
        return .object(members)
      }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    at += 1
    var items: [JSONValue] = []
    skipBlanks()
    if try peek() == UInt8(ascii: "]") {
      at += 1
      return .array([])
    }
    while true {
      items.append(try value(depth: depth + 1))
      skipBlanks()
      if try peek() == UInt8(ascii: "]") {
        at += 1
        return .array(items)
      }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = at
    var isInteger = true
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    let first = try peek()
    try digits()
    if first == UInt8(ascii: "0"), bytes[at - 1] != first || at - start > 2 {
      let digits = bytes[start..<at].filter(\.isDigit).count
      if digits > 1 { throw error(.badNumber) }
    }
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      try digits()
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      at += 1
      if at < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[at]) { at += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isInteger, let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw error(.badNumber) }
    return .number(value)
  }

  private mutating func digits() throws(JSONError) {
    guard try peek().isDigit else { throw error(.badNumber) }
    while at < bytes.count, bytes[at].isDigit { at += 1 }
  }

  private mutating func string() throws(JSONError) -> String {
    at += 1
    var result: [UInt8] = []
    while true {
      let byte = try peek()
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
      case UInt8(ascii: "\\"): result += Array(String(try escape()).utf8)
      case 0..<0x20:
        at -= 1
        throw error(.control)
      default: result.append(byte)
      }
    }
  }

  private mutating func escape() throws(JSONError) -> Character {
    let byte = try peek()
    at += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var value = try hex()
      if (0xd800..<0xdc00).contains(value) {
        try expect(UInt8(ascii: "\\"))
        try expect(UInt8(ascii: "u"))
        let low = try hex()
        guard (0xdc00..<0xe000).contains(low) else { throw error(.badUnicode) }
        value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
      }
      // NUL is no part of a text that anybody can keep.
      guard value != 0, let scalar = Unicode.Scalar(value) else { throw error(.badUnicode) }
      return Character(scalar)
    default:
      at -= 1
      throw error(.badEscape)
    }
  }

  private mutating func hex() throws(JSONError) -> UInt32 {
    guard at + 4 <= bytes.count else { throw error(.unexpectedEnd) }
    let digits = bytes[at..<(at + 4)]
    guard digits.allSatisfy({ $0.isDigit || (97...102).contains($0.lowercased) }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw error(.badEscape) }
    at += 4
    return value
  }
}
