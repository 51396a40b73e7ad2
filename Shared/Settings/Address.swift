/// Where a service listens: `host:port`, an IPv6 host in brackets.
package struct Address: Hashable, Sendable, CustomStringConvertible {
  package let host: String
  /// 1…65535
  package let port: Int

  package init(host: String, port: Int) { (self.host, self.port) = (host, port) }

  /// Reads `planner:7002`, `127.0.0.1:7002`, `[::1]:7002`; nil for anything else.
  package init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65_535).contains(port)
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || "[]/@".contains($0) }) else {
      return nil
    }
    self.init(host: host, port: port)
  }

  package var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
