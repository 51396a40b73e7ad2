/// How long a line, a function and a file may be.
enum LengthChecks {
  static let columns = 100
  static let fileLines = 600
  /// For a machine that reads better whole; the file says why: `// Kept whole: …`.
  static let machineLines = 900
  static let functionLines = 70
  static let mainLines = 40

  static func violations(in file: SwiftText) -> [Violation] {
    longLines(file) + longFile(file) + longFunctions(file)
  }

  private static func longLines(_ file: SwiftText) -> [Violation] {
    file.lines.enumerated().filter { $0.element.count > columns }.map {
      .init(path: file.path, line: $0.offset + 1, what: "longer than \(columns) columns")
    }
  }

  private static func longFile(_ file: SwiftText) -> [Violation] {
    let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
    let isMain = file.path.hasPrefix("Services/") && file.path.hasSuffix("/Main/main.swift")
    let reason = file.comments.contains { $0.contains("Kept whole: ") }
    let limit = isMain ? mainLines : reason ? machineLines : fileLines
    guard count > limit else { return [] }
    return [.init(path: file.path, what: "\(count) lines, \(limit) are the limit")]
  }

  private static let function = Pattern(#"\b(?:func\s+\S+?|init|deinit|subscript)[?!]?\s*[(<{]"#)

  private static func longFunctions(_ file: SwiftText) -> [Violation] {
    let text = Array(file.code.joined(separator: "\n").utf16)
    let source = String(decoding: text, as: UTF16.self)
    return function.matches(in: source).compactMap { found in
      let start = found.offset
      guard let end = endOfBody(text, from: start) else { return nil }
      let first = text[..<start].count { $0 == newline } + 1
      let count = text[start...end].count { $0 == newline } + 1
      guard count > functionLines else { return nil }
      let what = "a function of \(count) lines, \(functionLines) are the limit"
      return .init(path: file.path, line: first, what: what)
    }
  }

  private static let newline = UInt16(10)

  /// Where the body of the declaration at `start` closes, or nil if it has none.
  private static func endOfBody(_ text: [UInt16], from start: Int) -> Int? {
    var (round, curly, at) = (0, 0, start)
    while at < text.count {
      switch text[at] {
      case 40, 91: round += 1
      case 41, 93: round -= 1
      case 123: curly += 1
      case 125:
        curly -= 1
        if curly == 0 { return at }
      case newline where round == 0 && curly == 0:
        if !continues(text, after: at) { return nil }
      default: break
      }
      if curly < 0 || round < 0 { return nil }
      at += 1
    }
    return nil
  }

  /// Whether a signature goes on in the next line.
  private static func continues(_ text: [UInt16], after newline: Int) -> Bool {
    let rest = String(decoding: text[newline...].prefix(200), as: UTF16.self)
    let next = rest.drop { $0.isWhitespace }
    return ["{", "->", "async", "throws", "where", "rethrows", ",", "&"].contains {
      next.hasPrefix($0)
    }
  }
}
