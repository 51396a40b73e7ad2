/// An http or https address that a user gave.
struct OutboundURL: Sendable, Equatable {
  /// `https://host:port/path`, without a slash, query or fragment at the end.
  let text: String
  let host: String
  let port: Int

  var authority: String { "\(host):\(port)" }

  /// Nil when it is no plain http(s) URL: another scheme, a user, a query, blanks, no host.
  init?(_ text: String) {
    let scheme = text.lowercased().hasPrefix("https://") ? "https://" : "http://"
    guard text.lowercased().hasPrefix(scheme), text.utf8.count <= 500,
      text.unicodeScalars.allSatisfy({ $0.isASCII && $0.value > 0x20 && $0.value != 0x7f }),
      !text.contains(where: { "@?#\\".contains($0) })
    else { return nil }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" }.lowercased()
    guard let (host, port) = Self.split(authority, scheme == "https://" ? 443 : 80) else {
      return nil
    }
    var path = rest.dropFirst(authority.count)
    while path.last == "/" { path.removeLast() }
    (self.host, self.port) = (host, port)
    self.text = scheme + authority + path
  }

  /// `host`, `host:port`, `[v6]`, `[v6]:port`.
  private static func split(_ authority: String, _ usual: Int) -> (String, Int)? {
    var host = authority[...]
    var port = usual
    let end = authority.lastIndex(of: "]") ?? authority.startIndex
    if let colon = authority[end...].lastIndex(of: ":") {
      guard let number = Int(authority[authority.index(after: colon)...]),
        (1...65_535).contains(number)
      else { return nil }
      port = number
      host = authority[..<colon]
    }
    let isLiteral = host.hasPrefix("[") && host.hasSuffix("]")
    if isLiteral { host = host.dropFirst().dropLast() }
    guard !host.isEmpty, host.utf8.allSatisfy({ isHost($0, inBrackets: isLiteral) }) else {
      return nil
    }
    return (String(host), port)
  }

  /// Nothing that anybody reads in two ways, such as `%`: the host that is checked must be the one
  /// that is called.
  private static func isHost(_ byte: UInt8, inBrackets: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "."):
      true
    case UInt8(ascii: ":"): inBrackets
    case UInt8(ascii: "g")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"): !inBrackets
    default: false
    }
  }
}
