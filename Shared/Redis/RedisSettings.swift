import Kernel

/// How one Redis is reached.
package struct RedisSettings: Sendable {
  package var host: String
  package var port: Int
  package var user: String?
  package var password: String?
  /// The number of the logical database.
  package var database: Int
  /// How long a connection may take until it is ready for commands.
  package var connectTimeout: Duration = .seconds(2)
  /// How long a command waits for its answer unless it says otherwise.
  package var commandTimeout: Duration = .seconds(2)
  /// How many commands may wait for answers; more are refused at once.
  package var maxPending = 20_000
  /// Waits between tries to reach Redis.
  package var backoff = Backoff(base: .milliseconds(50), limit: .seconds(5))

  package init(
    host: String = "127.0.0.1", port: Int = 6379, user: String? = nil, password: String? = nil,
    database: Int = 0
  ) {
    (self.host, self.port, self.database) = (host, port, database)
    (self.user, self.password) = (user, password)
  }

  /// What a fresh connection says first; the last makes sure that Redis serves.
  var handshake: [RedisCommand] {
    var commands: [RedisCommand] = []
    if let password {
      commands.append(["AUTH"] + (user.map { [RedisArgument($0)] } ?? []) + [.init(password)])
    }
    if database != 0 { commands.append(["SELECT", RedisArgument(database)]) }
    return commands + [["PING"]]
  }
}
