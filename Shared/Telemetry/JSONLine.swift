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
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
      case 0..<0x20:
        bytes += Array("\\u00".utf8)
        bytes += [Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static let digits = Array("0123456789abcdef".utf8)
}

/// Which names of metadata stand before values that nobody may read.
enum SensitiveName {
  private static let words: Set<String> = [
    "password", "passwd", "secret", "token", "authorization", "cookie", "key", "apikey",
    "credential", "credentials", "secrets", "tokens", "keys", "passwords", "cookies",
  ]

  /// Whether one of the name's words (`api_key`, `resetToken`, `x-api-key`) is such a word.
  static func matches(_ name: String) -> Bool {
    var word = ""
    var wasLower = false
    for character in name.unicodeScalars {
      let isUpper = ("A"..."Z").contains(character)
      let isLower = ("a"..."z").contains(character)
      if !(isLower || isUpper) || (isUpper && wasLower) {
        if words.contains(word) { return true }
        word = ""
      }
      wasLower = isLower
      if isLower { word.unicodeScalars.append(character) }
      if isUpper { word.unicodeScalars.append(Unicode.Scalar(UInt8(character.value) + 32)) }
    }
    return words.contains(word)
  }
}
