/// A Swift file with its code, its comments and its string literals told apart.
///
/// `code` and `comments` have the lines and columns of the file; what does not belong is blank.
struct SwiftText: Sendable {
  struct Literal: Sendable {
    let line: Int
    let text: String
  }

  let path: String
  let lines: [Substring]
  let code: [Substring]
  let comments: [Substring]
  let literals: [Literal]

  init(_ file: SourceFile) { self.init(path: file.path, text: file.text) }

  init(path: String, text: String) {
    var scanner = Scanner(bytes: Array(text.utf8))
    scanner.scanCode(untilParenthesis: false)
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    code = Self.split(scanner.code)
    comments = Self.split(scanner.comments)
    literals = scanner.literals
  }

  private static func split(_ bytes: [UInt8]) -> [Substring] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// Names of the modules that the file imports, with their lines.
  var imports: [(line: Int, module: String)] {
    code.enumerated().flatMap { index, line in
      Self.importPattern.matches(in: line).map { (index + 1, $0.groups[1]) }
    }
  }

  private static let importPattern = Pattern(
    #"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:\w+\s+)?import\s+"#
      + #"(?:(?:struct|class|enum|protocol|func|let|var|typealias)\s+)?(\w+)"#
  )
}

/// Walks over the bytes of a file once. It knows comments (nested), strings (plain, raw, of many
/// lines) and the code inside interpolations, and no more of the language.
private struct Scanner {
  let bytes: [UInt8]
  var code: [UInt8]
  var comments: [UInt8]
  var literals: [SwiftText.Literal] = []
  private var at = 0
  private var line = 1

  init(bytes: [UInt8]) {
    self.bytes = bytes
    let blank = bytes.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
    (code, comments) = (blank, blank)
  }

  private func sees(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard at + count <= bytes.count else { return false }
    return (0..<count).allSatisfy { bytes[at + $0] == text.utf8Start[$0] }
  }

  private mutating func step(_ count: Int = 1) {
    for _ in 0..<count where at < bytes.count {
      if bytes[at] == UInt8(ascii: "\n") { line += 1 }
      at += 1
    }
  }

  mutating func scanCode(untilParenthesis: Bool) {
    var depth = 0
    while at < bytes.count {
      let byte = bytes[at]
      if sees("//") {
        scanLineComment()
      } else if sees("/*") {
        scanBlockComment()
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#") {
        scanStringOrHash()
      } else {
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") { depth -= 1 }
        if untilParenthesis && depth < 0 { return }
        code[at] = byte
        step()
      }
    }
  }

  private mutating func scanLineComment() {
    while at < bytes.count, bytes[at] != UInt8(ascii: "\n") {
      comments[at] = bytes[at]
      step()
    }
  }

  private mutating func scanBlockComment() {
    var depth = 0
    repeat {
      let length = sees("/*") || sees("*/") ? 2 : 1
      if sees("/*") { depth += 1 } else if sees("*/") { depth -= 1 }
      for offset in 0..<length where at + offset < bytes.count {
        comments[at + offset] = bytes[at + offset]
      }
      step(length)
    } while depth > 0 && at < bytes.count
  }

  private mutating func scanStringOrHash() {
    var hashes = 0
    while at + hashes < bytes.count, bytes[at + hashes] == UInt8(ascii: "#") { hashes += 1 }
    guard at + hashes < bytes.count, bytes[at + hashes] == UInt8(ascii: "\"") else {
      for _ in 0..<max(1, hashes) {
        code[at] = bytes[at]
        step()
      }
      return
    }
    code[at + hashes] = UInt8(ascii: "\"")
    step(hashes)
    let isLong = sees("\"\"\"")
    step(isLong ? 3 : 1)
    scanString(quotes: isLong ? 3 : 1, hashes: hashes)
  }

  private func ends(_ quotes: Int, _ hashes: Int) -> Bool {
    guard at + quotes + hashes <= bytes.count else { return false }
    return (0..<quotes).allSatisfy { bytes[at + $0] == UInt8(ascii: "\"") }
      && (0..<hashes).allSatisfy { bytes[at + quotes + $0] == UInt8(ascii: "#") }
  }

  private func escapes(_ hashes: Int) -> Bool {
    guard bytes[at] == UInt8(ascii: "\\"), at + hashes < bytes.count else { return false }
    return (0..<hashes).allSatisfy { bytes[at + 1 + $0] == UInt8(ascii: "#") }
  }

  private mutating func scanString(quotes: Int, hashes: Int) {
    let start = line
    var text: [UInt8] = []
    while at < bytes.count, !ends(quotes, hashes) {
      if quotes == 1, bytes[at] == UInt8(ascii: "\n") { break }
      guard escapes(hashes) else {
        text.append(bytes[at])
        step()
        continue
      }
      step(1 + hashes)
      if at < bytes.count, bytes[at] == UInt8(ascii: "(") {
        step()
        text.append(UInt8(ascii: "?"))
        scanCode(untilParenthesis: true)
      }
      step()
    }
    if at < bytes.count { code[at] = bytes[at] == UInt8(ascii: "\"") ? bytes[at] : code[at] }
    if ends(quotes, hashes) { step(quotes + hashes) }
    literals.append(.init(line: start, text: String(decoding: text, as: UTF8.self)))
  }
}
