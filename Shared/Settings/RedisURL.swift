/// A Redis URL: `redis://user:password@host:port/database`; all but the scheme and the host may be
/// absent.
package struct RedisURL: Hashable, Sendable, CustomStringConvertible {
  package let host: String
  package let port: Int
  package let user: String?
  package let password: Secret?
  /// The number of the logical database.
  package let database: Int

  /// Reads the URL; nil when the scheme is not `redis`, the host is missing or the path is no
  /// number.
  package init?(_ text: String) {
    guard let parts = ConnectionURL(text), parts.scheme == "redis", !parts.host.isEmpty,
      let database = parts.path.isEmpty ? 0 : Int(parts.path), database >= 0
    else { return nil }
    host = parts.host
    port = parts.port ?? 6379
    user = parts.user
    password = parts.password.map(Secret.init)
    self.database = database
  }

  /// Without the password.
  package var description: String {
    "redis://\(Address(host: host, port: port))/\(database)"
  }
}
