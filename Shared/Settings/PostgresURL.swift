/// A Postgres connection URL, as libpq reads it: `postgres://user:password@host:port/database?…`;
/// an empty host or a `host` in the query stands for a Unix socket's folder.
package struct PostgresURL: Hashable, Sendable, CustomStringConvertible {
  /// The whole URL, with the password.
  package let url: Secret
  package let user: String
  package let password: Secret?
  /// A name, an address, or the folder of a Unix socket.
  package let host: String
  package let port: Int
  package let database: String
  /// What stood behind the `?`, without `host` and `port`.
  package let options: [String: String]

  /// Reads the URL; nil when the scheme is not Postgres', or the user is missing.
  package init?(_ text: String) {
    guard let parts = ConnectionURL(text), ["postgres", "postgresql"].contains(parts.scheme),
      let user = parts.user ?? parts.query["user"]
    else { return nil }
    url = Secret(text)
    self.user = user
    password = (parts.password ?? parts.query["password"]).map(Secret.init)
    host = parts.query["host"] ?? (parts.host.isEmpty ? "/var/run/postgresql" : parts.host)
    guard let port = parts.query["port"].map({ Int($0) }) ?? parts.port ?? 5432 else { return nil }
    self.port = port
    database = parts.path.isEmpty ? user : parts.path
    options = parts.query.filter { !["host", "port", "user", "password"].contains($0.key) }
  }

  /// Without the password.
  package var description: String { "postgres://\(user)@\(host):\(port)/\(database)" }
}
