import Dispatch
import Glibc
import Kernel

/// A session on its way from the first packet to ready.
struct Opening {
  /// Nil while the server's name is being looked up.
  var connection: Connection?
  let giveUpAt: Duration
}

extension Switchboard {
  func open(_ id: Int, _ now: Duration) {
    let giveUpAt = now + settings.connectTimeout
    openings[id] = Opening(connection: nil, giveUpAt: giveUpAt)
    wake(at: giveUpAt)
    guard let host = settings.hostToResolve else { return connect(id, address: nil, now) }
    let submit = self.submit
    DispatchQueue.global(qos: .utility).async {
      submit(.resolved(session: id, resolve(host)))
    }
  }

  func addressKnown(_ id: Int, _ address: Result<String, PostgresError>, _ now: Duration) {
    guard openings[id] != nil else { return }
    switch address {
    case .success(let address): connect(id, address: address, now)
    case .failure(let error): openingFailed(id, error.message, now)
    }
  }

  private func connect(_ id: Int, address: String?, _ now: Duration) {
    guard let connection = Connection(parameters: settings.startParameters(address: address)),
      !connection.isBroken
    else { return openingFailed(id, "libpq refuses the settings", now) }
    openings[id]?.connection = connection
    epoll.watch(connection.socket, key: UInt64(id), readable: false, writable: true)
  }

  func continueOpening(_ id: Int, _ now: Duration) {
    guard let connection = openings[id]?.connection else { return }
    let key = UInt64(id)
    switch connection.continueOpening() {
    case .reading: epoll.watch(connection.socket, key: key)
    case .writing: epoll.watch(connection.socket, key: key, readable: false, writable: true)
    case .open:
      openings[id] = nil
      epoll.watch(connection.socket, key: key)
      opened(id, connection, now)
    case .failed: openingFailed(id, connection.message, now)
    }
  }
}

/// Looks a name up; waits for the answer, so never on the reactor's thread.
private func resolve(_ host: String) -> Result<String, PostgresError> {
  var hints = addrinfo()
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var list: UnsafeMutablePointer<addrinfo>?
  let status = getaddrinfo(host, nil, &hints, &list)
  defer { if let list { freeaddrinfo(list) } }
  guard status == 0, let first = list?.pointee else {
    return .failure(
      PostgresError(.unavailable, "\(host): \(String(cString: gai_strerror(status)))"))
  }
  var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
  let length = socklen_t(name.count)
  guard getnameinfo(first.ai_addr, first.ai_addrlen, &name, length, nil, 0, NI_NUMERICHOST) == 0
  else { return .failure(PostgresError(.unavailable, "\(host): no address")) }
  let digits = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return .success(String(decoding: digits, as: UTF8.self))
}

extension DatabaseSettings {
  /// The server's name when it has to be looked up first: not a path, a list or an address.
  var hostToResolve: String? {
    guard parameters["hostaddr"] == nil, let host = parameters["host"], !host.isEmpty,
      !host.hasPrefix("/"), !host.contains(",")
    else { return nil }
    let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
    return isAddress ? nil : host
  }

  /// What libpq is told: the connection string, then this room's own.
  func startParameters(address: String?) -> [String: String] {
    var all = parameters
    if let address { all["hostaddr"] = address }
    all["application_name"] = applicationName
    all["client_encoding"] = "UTF8"
    let defaults = [
      "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
      "tcp_user_timeout": "30000",
    ]
    all.merge(defaults) { given, _ in given }
    let options = [
      parameters["options"] ?? "", "-c search_path=\(escaped(quoted(schema)))",
      "-c statement_timeout=\(statementTimeout.milliseconds)",
      "-c idle_in_transaction_session_timeout=\(idleInTransactionTimeout.milliseconds)",
      "-c TimeZone=UTC",
      // Compiling costs a second where a statement here takes milliseconds.
      "-c jit=off",
    ]
    all["options"] = options.filter { !$0.isEmpty }.joined(separator: " ")
    return all
  }

  /// For the `options` parameter, where blanks part and backslashes escape.
  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { $0 += $1 == " " || $1 == "\\" ? "\\\($1)" : "\($1)" }
  }
}

/// An SQL identifier in double quotes.
func quoted(_ identifier: String) -> String {
  "\""
    + identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
    + "\""
}
