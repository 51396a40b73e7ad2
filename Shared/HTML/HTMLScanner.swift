/// One piece of an HTML text.
enum HTMLPiece: Equatable {
  /// Text between tags, entities untouched.
  case text(String)
  /// `name` in lower case; attribute values still encoded.
  case open(name: String, attributes: [(name: String, value: String)], selfClosing: Bool)
  case close(name: String)
  /// Comments, doctypes, processing instructions.
  case other

  static func == (left: HTMLPiece, right: HTMLPiece) -> Bool {
    switch (left, right) {
    case (.text(let a), .text(let b)): a == b
    case (.close(let a), .close(let b)): a == b
    case (.open(let a, let x, let s), .open(let b, let y, let t)):
      a == b && s == t && x.elementsEqual(y) { $0 == $1 }
    case (.other, .other): true
    default: false
    }
  }
}

/// Splits HTML into pieces the way a browser would: a `<` that starts no tag is text, and a tag cut
/// off by the end of the input is dropped.
struct HTMLScanner {
  private let bytes: [UInt8]
  private var at = 0

  init(_ html: String) { bytes = Array(html.utf8) }

  mutating func next() -> HTMLPiece? {
    guard at < bytes.count else { return nil }
    if bytes[at] != UInt8(ascii: "<") { return text(from: at) }
    guard at + 1 < bytes.count else { return text(from: at) }
    let after = bytes[at + 1]
    if after == UInt8(ascii: "!") || after == UInt8(ascii: "?") { return declaration() }
    if after == UInt8(ascii: "/") {
      if at + 2 < bytes.count, bytes[at + 2].isLetter { return closeTag() }
      return declaration()
    }
    if after.isLetter { return openTag() }
    return text(from: at)
  }

  /// Skips to after `</name`, for elements whose content is not HTML (`script`, `style` …).
  mutating func skip(until name: String) {
    let wanted = Array(name.utf8)
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "<"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "/"),
        at + 2 + wanted.count <= bytes.count,
        bytes[(at + 2)..<(at + 2 + wanted.count)].elementsEqual(wanted, by: { $0.lowercased == $1 })
      {
        _ = closeTag()
        return
      }
      at += 1
    }
  }

  private mutating func text(from start: Int) -> HTMLPiece {
    at = start + 1
    while at < bytes.count, bytes[at] != UInt8(ascii: "<") { at += 1 }
    return .text(String(decoding: bytes[start..<at], as: UTF8.self))
  }

  private mutating func declaration() -> HTMLPiece {
    if bytes[at...].starts(with: Array("<!--".utf8)) {
      at += 4
      while at < bytes.count, !bytes[at...].starts(with: Array("-->".utf8)) { at += 1 }
      at = min(at + 3, bytes.count)
      return .other
    }
    while at < bytes.count, bytes[at] != UInt8(ascii: ">") { at += 1 }
    at = min(at + 1, bytes.count)
    return .other
  }

  private mutating func closeTag() -> HTMLPiece {
    at += 2
    let name = tagName()
    while at < bytes.count, bytes[at] != UInt8(ascii: ">") { at += 1 }
    at = min(at + 1, bytes.count)
    return .close(name: name)
  }

  private mutating func tagName() -> String {
    let start = at
    while at < bytes.count, !bytes[at].isBlank, bytes[at] != UInt8(ascii: ">"),
      bytes[at] != UInt8(ascii: "/")
    { at += 1 }
    return String(decoding: bytes[start..<at].map(\.lowercased), as: UTF8.self)
  }

  private mutating func openTag() -> HTMLPiece {
    at += 1
    let name = tagName()
    var attributes: [(name: String, value: String)] = []
    var selfClosing = false
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: ">") {
        at += 1
        return .open(name: name, attributes: attributes, selfClosing: selfClosing)
      }
      if byte.isBlank || byte == UInt8(ascii: "/") {
        selfClosing = byte == UInt8(ascii: "/")
        at += 1
        continue
      }
      selfClosing = false
      attributes.append(attribute())
    }
    return .other
  }

  private mutating func attribute() -> (name: String, value: String) {
    let start = at
    at += 1
    while at < bytes.count, !bytes[at].isBlank,
      ![UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "/")].contains(bytes[at])
    { at += 1 }
    let name = String(decoding: bytes[start..<at].map(\.lowercased), as: UTF8.self)
    skipBlanks()
    guard at < bytes.count, bytes[at] == UInt8(ascii: "=") else { return (name, "") }
    at += 1
    skipBlanks()
    guard at < bytes.count else { return (name, "") }
    let quote = bytes[at]
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      let from = at + 1
      at = from
      while at < bytes.count, bytes[at] != quote { at += 1 }
      defer { at = min(at + 1, bytes.count) }
      return (name, String(decoding: bytes[from..<at], as: UTF8.self))
    }
    let from = at
    while at < bytes.count, !bytes[at].isBlank, bytes[at] != UInt8(ascii: ">") { at += 1 }
    return (name, String(decoding: bytes[from..<at], as: UTF8.self))
  }

  private mutating func skipBlanks() {
    while at < bytes.count, bytes[at].isBlank { at += 1 }
  }
}

extension UInt8 {
  var isLetter: Bool {
    let low = self | 0x20
    return low >= UInt8(ascii: "a") && low <= UInt8(ascii: "z")
  }
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  var isBlank: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0d) }
  var lowercased: UInt8 {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
  }
}
