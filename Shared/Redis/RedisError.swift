/// Why a Redis call has no answer.
package enum RedisError: Error, Equatable, Sendable {
  /// Redis is away (or too much is waiting for it); the command was not sent.
  case unavailable(String)
  /// The connection went while the answer was awaited; the command may have run.
  case connectionLost
  /// No answer in time; the command may have run.
  case timedOut
  /// Redis refused the command: `code` is the message's first word, such as `WRONGTYPE`.
  case server(code: String, message: String)
  /// What came is not Redis' protocol, or not the kind of answer that the command has.
  case protocolViolation(String)
  /// The calling task was cancelled; the command may have run.
  case cancelled
  /// The client has been closed.
  case closed

  /// Redis' error line as a case.
  init(line: String) {
    let code = line.prefix { $0 != " " }
    self = .server(code: String(code), message: String(line.dropFirst(code.count + 1)))
  }

  /// Whether the server answered with this code.
  package func isServer(code: String) -> Bool {
    if case .server(code, _) = self { return true }
    return false
  }
}
