/// Where and how mails are handed in: `smtp://user:password@host:port`; user and password go
/// together, all but the scheme and the host may be absent.
package struct SMTPURL: Hashable, Sendable, CustomStringConvertible {
  /// How the connection is protected.
  package enum Protection: String, Sendable, Hashable {
    /// TLS after STARTTLS, which the server must offer; port 587.
    case startTLS = "smtp"
    /// TLS from the first byte; port 465.
    case tls = "smtps"
    /// None, for a relay on the same machine, which takes no password; port 25.
    case none = "smtp+plain"

    fileprivate var usualPort: Int {
      switch self {
      case .startTLS: 587
      case .tls: 465
      case .none: 25
      }
    }
  }

  package let host: String
  package let port: Int
  package let protection: Protection
  package let user: String?
  package let password: Secret?

  /// Reads the URL; nil when the scheme is none of these, the host is missing, there is a path, or
  /// a password would travel unprotected.
  package init?(_ text: String) {
    guard let parts = ConnectionURL(text), !parts.host.isEmpty, parts.path.isEmpty,
      let protection = Protection(rawValue: parts.scheme),
      (parts.user == nil) == (parts.password == nil),
      protection != .none || parts.user == nil
    else { return nil }
    (host, port) = (parts.host, parts.port ?? protection.usualPort)
    self.protection = protection
    (user, password) = (parts.user, parts.password.map(Secret.init))
  }

  /// Without user and password.
  package var description: String {
    "\(protection.rawValue)://\(Address(host: host, port: port))"
  }
}
