import Logging

/// Builds one line of JSON (RFC 8259) as UTF-8.
struct JSONLine {
  /// Names that metadata may not take.
  static let reserved: Set<String> = ["time", "level", "service", "logger", "message"]

  private var bytes: [UInt8] = []

  init() {
    bytes.reserveCapacity(256)
    bytes.append(UInt8(ascii: "{"))
  }

  mutating func add(_ name: String, _ text: String) {
    addName(name)
    if SensitiveName.matches(name) { mask() } else { string(text) }
  }

  mutating func add(_ name: String, _ value: Logger.Metadata.Value) {
    addName(name)
    addValue(value, under: name)
  }

  consuming func finish() -> [UInt8] {
    bytes.append(UInt8(ascii: "}"))
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private mutating func addName(_ name: String) {
    if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
    string(name)
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func addValue(_ value: Logger.Metadata.Value, under name: String) {
    if SensitiveName.matches(name) { return mask() }
    switch value {
    case .string(let text): string(text)
    case .stringConvertible(let value): string(value.description)
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        addValue(value, under: name)
      }
      bytes.append(UInt8(ascii: "]"))
    case .dictionary(let values):
      bytes.append(UInt8(ascii: "{"))
      for (name, value) in values.sorted(by: { $0.key < $1.key }) { add(name, value) }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private mutating func mask() { string("***") }

  private mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    if text.utf8.contains(where: Self.needsEscape) {
      for byte in text.utf8 { escaped(byte) }
    } else {
      bytes.append(contentsOf: text.utf8)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func escaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
    case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
    case 0..<0x20:
      bytes += Array("\\u00".utf8)
      bytes += [Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
    default: bytes.append(byte)
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)
}

/// Which names of metadata stand before values that nobody may read.
enum SensitiveName {
  private static let words: Set<String> = [
    "password", "passwd", "secret", "token", "authorization", "cookie", "key", "apikey",
    "credential", "credentials", "secrets", "tokens", "keys", "passwords", "cookies",
  ]

  /// The same words, a letter a byte: no name's word has to be made into a text.
  private static let packed = Set(
    words.map { word in word.utf8.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } })
  /// Letters of the longest.
  private static let longest = words.map(\.utf8.count).max() ?? 0

  /// Whether one of the name's words (`api_key`, `resetToken`, `x-api-key`) is such a word.
  static func matches(_ name: String) -> Bool {
    var word: UInt128 = 0
    var length = 0
    var wasLower = false
    for byte in name.utf8 {
      let isUpper = (0x41...0x5a).contains(byte)
      let isLower = (0x61...0x7a).contains(byte)
      if !(isLower || isUpper) || (isUpper && wasLower) {
        if isSensitive(word, length) { return true }
        (word, length) = (0, 0)
      }
      wasLower = isLower
      if isLower || isUpper {
        word = word << 8 | UInt128(byte | 0x20)
        length += 1
      }
    }
    return isSensitive(word, length)
  }

  private static func isSensitive(_ word: UInt128, _ length: Int) -> Bool {
    length > 0 && length <= longest && packed.contains(word)
  }
}
