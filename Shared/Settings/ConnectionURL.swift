/// The parts of `scheme://user:password@host:port/path`, percent-decoded (RFC 3986). A text with a
/// query is refused: nothing here would heed it.
struct ConnectionURL {
  var scheme: String
  var user: String?
  var password: String?
  var host: String
  var port: Int?
  var path: String

  init?(_ text: String) {
    guard let start = text.range(of: "://"), !text.contains("?") else { return nil }
    scheme = text[..<start.lower].lowercased()
    let rest = text[start.upper...]
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    guard let path = Self.decoded(rest[slash...].dropFirst()) else { return nil }
    self.path = path
    var authority = rest[..<slash]
    if let at = authority.lastIndex(of: "@") {
      let parts = authority[..<at].split(
        separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard let user = Self.decoded(parts[0]) else { return nil }
      self.user = user.isEmpty ? nil : user
      if parts.count == 2 {
        guard let password = Self.decoded(parts[1]) else { return nil }
        self.password = password
      }
      authority = authority[authority.index(after: at)...]
    }
    guard let (host, port) = Self.hostAndPort(authority) else { return nil }
    (self.host, self.port) = (host, port)
  }

  private static func hostAndPort(_ text: Substring) -> (String, Int?)? {
    if text.isEmpty { return ("", nil) }
    let hasPort = text.hasPrefix("[") ? !text.hasSuffix("]") : text.contains(":")
    if hasPort { return Address(text).map { ($0.host, $0.port) } }
    guard let host = decoded(text.hasPrefix("[") ? text.dropFirst().dropLast() : text) else {
      return nil
    }
    return (host, nil)
  }

  private static func decoded(_ text: Substring) -> String? {
    guard text.contains("%") else { return String(text) }
    var bytes: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = Substring(rest.prefix(2))
      guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension String {
  /// Where `text` first occurs, as its first index and the one behind it.
  fileprivate func range(of text: String) -> (lower: Index, upper: Index)? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return (start, index(start, offsetBy: text.count)) }
      start = index(after: start)
    }
    return nil
  }
}
