import Foundation
import JSON

/// Any text as JSON: taken and refused like Foundation's parser does, and the same when it is
/// written and read again.
enum JSONFuzz {
  static func check(_ input: UnsafeRawBufferPointer) throws {
    let value = tree(input, strictly: false)
    try promise(skips(input) == (value != nil), "passing over and reading disagree")
    if let strict = tree(input, strictly: true) {
      try promise(strict == value, "strictness changes")
    }
    if let judgement = Judgement(input) {
      try promise(
        (value != nil) == judgement.isJSON,
        "we \(value == nil ? "refuse" : "take") what is \(judgement)")
    }
    guard let value else { return }
    let written = value.text
    let reread = try JSONValue(parsing: written)
    try promise(reread == whole(value), "a value changes when it is written: \(written)")
    try promise(reread.text == written, "a text changes when it is read: \(written)")
  }

  private static func tree(_ input: UnsafeRawBufferPointer, strictly: Bool) -> JSONValue? {
    var scanner = JSONScanner(input)
    guard let value = try? JSONValue(from: &scanner, strictly: strictly),
      (try? scanner.end()) != nil
    else { return nil }
    return value
  }

  private static func skips(_ input: UnsafeRawBufferPointer) -> Bool {
    var scanner = JSONScanner(input)
    return (try? scanner.skip()) != nil && (try? scanner.end()) != nil
  }

  /// What writing does to numbers: one without a fraction is written as a whole one.
  private static func whole(_ value: JSONValue) -> JSONValue {
    switch value {
    case .double(let number) where number == number.rounded() && abs(number) < 1e15:
      .int(Int64(number))
    case .array(let elements): .array(elements.map(whole))
    case .object(let members): .object(members.map { .init($0.name, whole($0.value)) })
    default: value
    }
  }
}

/// What another parser says; none where it is known to see other things than RFC 8259's grammar.
private struct Judgement: CustomStringConvertible {
  let isJSON: Bool

  var description: String { isJSON ? "JSON" : "no JSON" }

  init?(_ input: UnsafeRawBufferPointer) {
    // It guesses UTF-16 and UTF-32 by zeros, and passes over byte order marks.
    if input.contains(0) || input.starts(with: [0xef, 0xbb, 0xbf]) || input.first ?? 0xff >= 0xfe {
      return nil
    }
    // We refuse deeper nesting than 64 and numbers beyond a Double.
    if Self.depth(input) > JSONScanner.maxDepth || Self.mayOverflow(input) { return nil }
    // It takes a comma behind the last member.
    if Self.mayEndInComma(input) { return nil }
    guard let start = input.baseAddress else {
      isJSON = false
      return
    }
    let data = Data(
      bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: input.count, deallocator: .none)
    isJSON = (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil
  }

  /// At least as deep as any nesting of the text.
  private static func depth(_ input: UnsafeRawBufferPointer) -> Int {
    input.lazy.filter { $0 == 0x5b || $0 == 0x7b }.count
  }

  /// Somewhere a comma stands before a closing bracket.
  private static func mayEndInComma(_ input: UnsafeRawBufferPointer) -> Bool {
    var isBehindComma = false
    for byte in input {
      switch byte {
      case 0x2c: isBehindComma = true
      case 0x7d, 0x5d: if isBehindComma { return true }
      case 0x20, 0x09, 0x0a, 0x0d: break
      default: isBehindComma = false
      }
    }
    return false
  }

  /// An exponent of three digits, or hundreds of digits.
  private static func mayOverflow(_ input: UnsafeRawBufferPointer) -> Bool {
    var digits = 0
    for byte in input {
      if (0x30...0x39).contains(byte) { digits += 1 } else if byte != 0x2e { digits = 0 }
      if digits > 2 { return true }
    }
    return false
  }
}
