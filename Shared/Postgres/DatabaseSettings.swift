import CPostgres

/// Where the database is and how many sessions to keep to it.
package struct DatabaseSettings: Sendable {
  /// libpq's keywords and values, as `url` gave them.
  var parameters: [String: String]
  /// The same for the pooler in between, if there is one.
  var poolerParameters: [String: String]?
  /// The schema every unqualified name means.
  package var schema: String
  /// Shown in `pg_stat_activity`.
  package var applicationName: String
  package var minSessions = 1
  package var maxSessions = 8
  /// A session idle for longer is closed while there are more than `minSessions`.
  package var idleLimit: Duration = .seconds(300)
  /// A session older than this is closed as soon as it is idle.
  package var lifetime: Duration = .seconds(3600)
  package var connectTimeout: Duration = .seconds(5)
  /// How many callers may wait for a session at once; the next is refused with `.exhausted`.
  package var maxWaiters = 1024
  /// How long a caller waits for a session before `.exhausted`; its deadline may be earlier.
  package var longestWait: Duration = .seconds(5)
  /// The server's `statement_timeout`, the last guard behind deadlines; zero is none.
  package var statementTimeout: Duration = .seconds(60)
  /// The server ends a transaction that stays idle for longer; zero is never.
  package var idleInTransactionTimeout: Duration = .seconds(60)
  /// How often the server looks whether the client of a running statement is still there.
  package var clientCheckInterval: Duration = .seconds(10)
  /// Statements a session keeps prepared; the least recently used one makes room. With 0, and
  /// behind a pooler, none is kept: each is parsed anew.
  package var maxPreparedStatements = 500

  /// - Parameters:
  ///   - url: `postgresql://user:password@host:port/database?sslmode=…` or libpq's `key=value`
  ///     form.
  ///   - schema: also the default of `applicationName`.
  /// - Throws: `PostgresError` of kind `.value` when libpq cannot read `url`.
  package init(
    url: String, schema: String, applicationName: String? = nil
  ) throws(PostgresError) {
    parameters = try Self.parse(url)
    self.schema = schema
    self.applicationName = applicationName ?? schema
  }

  /// The same database through a pooler that gives a session of the server to one transaction at a
  /// time, as PgBouncer does with `pool_mode = transaction`. Listening and migrations, whose state
  /// outlives a transaction, still connect without it.
  /// - Parameter pooler: the connection string of the pooler; what it does not say is as without.
  /// - Throws: `PostgresError` of kind `.value` when libpq cannot read it.
  package func through(pooler: String) throws(PostgresError) -> DatabaseSettings {
    var settings = self
    settings.poolerParameters = parameters.merging(try Self.parse(pooler)) { $1 }
    return settings
  }

  /// The same without the pooler.
  var direct: DatabaseSettings {
    var settings = self
    settings.poolerParameters = nil
    return settings
  }

  var isPooled: Bool { poolerParameters != nil }

  private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
    var reason: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(url, &reason) else {
      let text = reason.map { String(cString: $0) } ?? "out of memory"
      PQfreemem(reason)
      throw PostgresError(.value, "connection string: \(text.trimmed)")
    }
    defer { PQconninfoFree(options) }
    var found: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        found[String(cString: keyword)] = String(cString: value)
      }
      option += 1
    }
    return found
  }

  /// Names the server, the database and the user, never the password.
  package var description: String {
    let names = ["host", "hostaddr", "port", "dbname", "user", "sslmode"]
    let shown = poolerParameters ?? parameters
    return names.compactMap { name in shown[name].map { "\(name)=\($0)" } }
      .joined(separator: " ")
  }
}

extension String {
  /// libpq ends its messages with a line break.
  var trimmed: String {
    var text = self[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
