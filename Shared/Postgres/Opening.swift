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
    let parameters = settings.parameters(isListener: id == Self.listenerID)
    guard let host = nameToResolve(parameters) else { return connect(id, address: nil, now) }
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
    let parameters = settings.startParameters(
      isListener: id == Self.listenerID, address: address)
    guard let connection = Connection(parameters: parameters), !connection.isBroken
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
  /// libpq's keywords and values for one session.
  func parameters(isListener: Bool) -> [String: String] {
    isListener ? parameters : poolerParameters ?? parameters
  }

  /// What libpq is told: the connection string, then this room's own.
  func startParameters(isListener: Bool, address: String?) -> [String: String] {
    var all = parameters(isListener: isListener)
    if let address { all["hostaddr"] = address }
    all["application_name"] = applicationName
    all["client_encoding"] = "UTF8"
    all.merge(Self.defaults) { given, _ in given }
    // A pooler's session is of no server; what ours need is said in each transaction.
    if isPooled, !isListener { return all }
    // Straight after a failover the name may still lead to the old primary.
    if all["target_session_attrs"] == nil { all["target_session_attrs"] = "read-write" }
    let options = serverParameters.map { "-c \($0.name)=\(escaped($0.value))" }
    all["options"] = ([parameters["options"] ?? ""] + options).filter { !$0.isEmpty }
      .joined(separator: " ")
    return all
  }

  /// A peer that vanishes without a word is given up after 30 s where nothing is under way, after
  /// 10 s where something was sent.
  private static let defaults = [
    "keepalives_idle": "15", "keepalives_interval": "5", "keepalives_count": "3",
    "tcp_user_timeout": "10000",
  ]

  /// What a session needs of the server.
  var serverParameters: [(name: String, value: String)] {
    [
      ("search_path", quoted(schema)),
      ("statement_timeout", "\(statementTimeout.milliseconds)"),
      ("idle_in_transaction_session_timeout", "\(idleInTransactionTimeout.milliseconds)"),
      ("TimeZone", "UTC"),
      // Compiling costs a second where a statement here takes milliseconds.
      ("jit", "off"),
      // A statement whose client is gone ends, even when no request to cancel it arrived.
      ("client_connection_check_interval", "\(clientCheckInterval.milliseconds)"),
    ] + Self.planning
  }

  /// How sessions have the server plan.
  package static let planning = [
    // Every statement begins with its account, for which one plan is as good as another; made
    // anew for each execution, plans were half of what the server did.
    (name: "plan_cache_mode", value: "force_generic_plan"),
    // A plan that is kept may be older than what the table holds by now. Where the server knew it
    // empty, it would go on to read all of it for each row that is wanted.
    (name: "enable_seqscan", value: "off"),
  ]

  /// For the `options` parameter, where blanks part and backslashes escape.
  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { $0 += $1 == " " || $1 == "\\" ? "\\\($1)" : "\($1)" }
  }
}

/// The server's name when it has to be looked up first: not a path, a list or an address.
private func nameToResolve(_ parameters: [String: String]) -> String? {
  guard parameters["hostaddr"] == nil, let host = parameters["host"], !host.isEmpty,
    !host.hasPrefix("/"), !host.contains(",")
  else { return nil }
  let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
  return isAddress ? nil : host
}
