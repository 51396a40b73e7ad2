import JSON

/// Mends what models do to JSON: prose and code fences around it, an answer cut off in the middle.
package enum JSONRepair {
  /// The value of a text that parses strictly, closest to the one given; nil when nothing can be
  /// saved.
  package static func value(in text: String) -> JSONValue? {
    let bytes = Array(text.utf8)
    guard
      let start = bytes.firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") })
    else { return nil }
    let scan = Scan(bytes[start...])
    guard !scan.isTooDeep else { return nil }
    let body = { (end: Int) in String(decoding: bytes[start..<end], as: UTF8.self) }
    var candidates: [String] = []
    if let end = scan.end {
      candidates.append(body(end))
    } else {
      let quote = scan.isInString ? (scan.isInEscape ? "\\\"" : "\"") : ""
      candidates.append(body(bytes.count) + quote + scan.closers)
      for point in scan.safePoints.reversed() { candidates.append(body(point.end) + point.closers) }
    }
    for text in candidates {
      if let value = try? JSONValue(parsing: text, strictly: true) { return value }
    }
    return nil
  }

  /// What is open where; `safePoints` are ends of complete values, the last few of them.
  private struct Scan {
    var end: Int?
    var isInString = false
    var isInEscape = false
    /// Deeper than anything that parses.
    var isTooDeep = false
    var safePoints: [(end: Int, closers: String)] = []
    private var stack: [UInt8] = []

    init(_ bytes: ArraySlice<UInt8>) {
      for (at, byte) in zip(bytes.indices, bytes) {
        if isInString {
          step(inString: byte)
          continue
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          stack.append(byte)
          isTooDeep = stack.count > JSONScanner.maxDepth
          if isTooDeep { return }
          remember(at + 1)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          _ = stack.popLast()
          if stack.isEmpty {
            end = at + 1
            return
          }
          remember(at + 1)
        case UInt8(ascii: ","): remember(at)
        default: continue
        }
      }
    }

    var closers: String {
      stack.reversed().map { $0 == UInt8(ascii: "{") ? "}" : "]" }.joined()
    }

    private mutating func step(inString byte: UInt8) {
      if isInEscape {
        isInEscape = false
      } else if byte == UInt8(ascii: "\\") {
        isInEscape = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
    }

    private mutating func remember(_ end: Int) {
      safePoints.append((end, closers))
      if safePoints.count > 8 { safePoints.removeFirst() }
    }
  }
}
