import Kernel
import Logging
import NIOCore
import Synchronization

/// Calls one service over TCP: finds its endpoints, keeps connections to them, spreads calls, tries
/// again where that does no harm.
package final class RPCClient: RPCCaller {
  private struct State {
    var endpoints = Endpoints()
    var budget: RetryBudget
    var naming: Breaker
    var resolvedAt: Duration?
    var resolving: Task<Void, Never>?
    /// What each name stood for when that could last be told.
    var known: [[SocketAddress]]
    /// A connection failed or ended since the names were looked up: they may stand for others now.
    var isDoubtful = false
    var isClosed = false
    var figures = Figures()
  }

  /// What a client has done so far.
  package struct Figures: Sendable, Equatable {
    package var calls = 0
    /// Tries beyond the first of a call.
    package var retries = 0
    /// Retries that the budget forbade.
    package var retriesForbidden = 0
    package var dials = 0
    package var dialsFailed = 0
    /// Calls given up at once because every endpoint is known to be down.
    package var refusedByBreaker = 0
  }

  private let settings: RPCClientSettings
  private let names: [EndpointName]
  private let areLiteral: Bool
  private let signer: ContextSigner
  private let loops: RPCLoops
  private let time: any TimeSource
  private let chance: any Chance
  private let log: Logger
  private let resolver: any NameResolver
  private let policy: RetryPolicy
  private let breaker: Breaker
  private let state: Mutex<State>
  private let notices = Notices()
  private let made = Atomic(0)
  private let answered = Atomic(0)

  /// - Throws: `RPCError` `.invalidArgument` when the addresses are no list of `host:port`.
  package init(
    settings: RPCClientSettings, signer: ContextSigner, loops: RPCLoops, time: any TimeSource,
    chance: any Chance, log: Logger, resolver: any NameResolver = SystemResolver()
  ) throws {
    (self.settings, self.signer, self.loops) = (settings, signer, loops)
    self.resolver = resolver
    (self.time, self.chance, self.log) = (time, chance, log)
    names = try EndpointName.list(settings.addresses)
    areLiteral = names.allSatisfy { $0.literal != nil }
    policy = RetryPolicy(maxAttempts: settings.maxAttempts)
    breaker = Breaker(
      failuresToTrip: settings.failuresToTrip, cooling: settings.backoff,
      pause: settings.breakerPause)
    state = Mutex(
      State(
        budget: RetryBudget(share: settings.retryShare), naming: breaker,
        known: Array(repeating: [], count: names.count)))
  }

  /// Figures for metrics.
  package var figures: Figures {
    var figures = state.withLock { $0.figures }
    figures.calls = made.load(ordering: .relaxed)
    return figures
  }

  /// Takes no further calls; connections close when their calls have ended.
  package func close() {
    let connections = state.withLock { state in
      state.isClosed = true
      return state.endpoints.connections
    }
    for connection in connections { connection.retire() }
  }

  /// Leaves connections that were made under an earlier TLS authority: their calls end as they
  /// would have, new ones take new connections.
  package func leaveOldAuthority() {
    guard let authority = settings.tls?.authority else { return }
    let connections = state.withLock { $0.endpoints.connections }
    for connection in connections where connection.authority < authority { connection.retire() }
  }

  /// Calls the method at one of the endpoints; retries as `MethodInfo.idempotency` allows, while
  /// the budget and the deadline last.
  /// - Throws: `RPCError`.
  package func call(
    _ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall
  ) async throws -> ByteBuffer {
    try await run(method, call) { connection, header, context in
      let pending = PendingCall(
        header: header, context: context, body: body, deadline: call.deadline)
      return await pending.reply(over: connection)
    }
  }

  /// The items of the method's answer; the call begins when the first one is asked for.
  package func stream(
    _ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall
  ) -> RPCStream {
    RPCStream(ClientStream(client: self, method: method, body: body, call: call))
  }

  /// Makes tries until one brings an answer or there is no point in another.
  func run<Answer: Sendable>(
    _ method: MethodInfo, _ call: OutgoingCall,
    _ attempt: (ClientConnection, RequestHeader, SignedContext) async -> Result<
      Answer, CallFailure
    >
  ) async throws -> Answer {
    let context = call.signed ?? signer.sign(call.context)
    let isRepeatable = RetryPolicy.isRepeatable(method, hasKey: call.idempotencyKey != nil)
    var header = RequestHeader(
      method: method.number, trace: call.trace, idempotencyKey: call.idempotencyKey)
    made.wrappingAdd(1, ordering: .relaxed)
    while true {
      let connection = try await connection(for: call, isPatient: isRepeatable)
      switch await attempt(connection, header, context) {
      case .success(let answer):
        answered.wrappingAdd(1, ordering: .relaxed)
        return answer
      case .failure(let failure):
        let verdict = policy.verdict(
          failure, attempt: header.attempt, isRepeatable: isRepeatable)
        try await prepareRetry(verdict, failure, call, attempt: header.attempt)
        if verdict != .chooseAgain { header.attempt += 1 }
      }
    }
  }

  /// Returns when another try may be made.
  /// - Throws: the failure, when none may.
  private func prepareRetry(
    _ verdict: RetryPolicy.Verdict, _ failure: CallFailure, _ call: OutgoingCall, attempt: Int
  ) async throws {
    switch verdict {
    case .giveUp:
      if failure.error.isPermanent { answered.wrappingAdd(1, ordering: .relaxed) }
      throw failure.error
    case .chooseAgain: return
    case .again:
      state.withLock { $0.figures.retries += 1 }
      if attempt > 1 { try await pause(failure, call, attempt: attempt) }
    case .againWithinBudget:
      let (answered, now) = (answered.load(ordering: .relaxed), time.monotonic())
      let mayRetry = state.withLock { state in
        let mayRetry = state.budget.retryWanted(answered: answered, now: now)
        if mayRetry { state.figures.retries += 1 } else { state.figures.retriesForbidden += 1 }
        return mayRetry
      }
      guard mayRetry else { throw failure.error }
      try await pause(failure, call, attempt: attempt)
    }
  }

  private func pause(_ failure: CallFailure, _ call: OutgoingCall, attempt: Int) async throws {
    let backoff = settings.backoff.delay(attempt: attempt, chance: chance)
    let wait = max(backoff, failure.error.details.retryAfter ?? .zero)
    try await sleep(wait, call, else: failure.error)
  }

  /// - Throws: `error` at once when the deadline comes before the end of the wait.
  private func sleep(_ wait: Duration, _ call: OutgoingCall, else error: RPCError) async throws {
    guard wait < call.deadline.left(of: time) else { throw error }
    do {
      try await time.sleep(for: wait)
    } catch {
      throw CallFailure.cancelled.error
    }
  }

  // MARK: Connections

  /// A connection to give the call to; a patient caller waits while endpoints cool down.
  private func connection(
    for call: OutgoingCall, isPatient: Bool
  ) async throws -> ClientConnection {
    while true {
      if Task.isCancelled { throw CallFailure.cancelled.error }
      let now = time.monotonic()
      guard call.deadline.at > now else { throw RPCError.deadlinePassed }
      if let resolving = resolution(now: now) {
        await ImpatientWait.wait(for: resolving, until: call.deadline, of: time)
        continue
      }
      switch choose(now: now) {
      case .use(let connection): return connection
      case .wait(let until) where isPatient:
        try await sleep(max(until - now, .milliseconds(1)), call, else: unreachable(until - now))
      case .wait(let until): throw unreachable(until - now)
      case .down(let until):
        state.withLock { $0.figures.refusedByBreaker += 1 }
        throw unreachable(until - now)
      case .dial: break
      }
    }
  }

  private func unreachable(_ pause: Duration) -> RPCError {
    let refusal = state.withLock { $0.endpoints.all.lazy.compactMap(\.refusal).first }
    return RPCError(
      .unavailable,
      "No connection to \(settings.name)" + (refusal.map { ": it \($0)" } ?? ""),
      details: ErrorDetails(retryAfter: max(pause, .milliseconds(1)), reason: "unreachable"),
      isUnstarted: true)
  }

  private func choose(now: Duration) -> Endpoints.Choice {
    let (position, executor) = loops.nearest()
    var fresh: (connection: ClientConnection, address: SocketAddress)?
    let choice = state.withLock { state -> Endpoints.Choice in
      guard !state.isClosed else { return .down(until: now) }
      if state.endpoints.all.isEmpty { return Self.choice(state.naming.state, now: now) }
      let choice = state.endpoints.choose(position: position, now: now, chance: chance)
      guard case .dial(let index, let meanwhile) = choice else { return choice }
      let address = state.endpoints.all[index].address
      let connection = ClientConnection(
        settings: settings, executor: executor, time: time, log: log
      ) { [weak self] news in self?.heard(news, of: address) }
      state.endpoints.connect(index, position: position, connection)
      state.figures.dials += 1
      fresh = (connection, address)
      return .use(meanwhile ?? connection)
    }
    if let fresh { fresh.connection.dial(fresh.address, timeout: settings.connectTimeout) }
    return choice
  }

  /// What callers do while the names stand for nothing.
  private static func choice(_ naming: Breaker.State, now: Duration) -> Endpoints.Choice {
    switch naming {
    case .closed: .wait(until: now + .milliseconds(1))
    case .cooling(_, let until): .wait(until: until)
    case .open(_, let until), .probing(_, let until): .down(until: until)
    }
  }

  private func heard(_ news: ConnectionNews, of address: SocketAddress) {
    let now = time.monotonic()
    state.withLock { state in
      if news != .opened, news != .left { state.figures.dialsFailed += 1 }
      if news != .opened { state.isDoubtful = true }
      state.endpoints.heard(news, of: address, now: now, chance: chance)
    }
    guard case .refused(let why) = news else { return }
    notices.warn(
      "no connection to a service",
      ["service": "\(settings.name)", "address": "\(address)", "reason": "it \(why)"], to: log,
      now: now)
  }

  // MARK: Names

  /// Looks names up again when that is due; the work to wait for when nothing is known yet.
  private func resolution(now: Duration) -> Task<Void, Never>? {
    state.withLock { state in
      let hasNone = state.endpoints.all.isEmpty
      if let resolving = state.resolving { return hasNone ? resolving : nil }
      let goodFor = state.isDoubtful ? settings.doubtfulInterval : settings.resolveInterval
      if let at = state.resolvedAt, areLiteral || now - at < goodFor, !hasNone { return nil }
      if hasNone, state.resolvedAt != nil, state.naming.asked(now: now) != .go { return nil }
      let work = Task { await self.resolve() }
      state.resolving = work
      return hasNone ? work : nil
    }
  }

  private func resolve() async {
    var found: [[SocketAddress]] = []
    for name in names { found.append(await name.addresses(by: resolver)) }
    let now = time.monotonic()
    let gone = state.withLock { [found] state -> [ClientConnection] in
      (state.resolving, state.resolvedAt, state.isDoubtful) = (nil, now, false)
      for (index, addresses) in found.enumerated() where !addresses.isEmpty {
        state.known[index] = addresses
      }
      var addresses: [SocketAddress] = []
      for address in state.known.joined() where !addresses.contains(address) {
        addresses.append(address)
      }
      guard !addresses.isEmpty else {
        state.naming.failed(now: now, chance: chance)
        return []
      }
      state.naming.succeeded()
      return state.endpoints.resolved(addresses, breaker: breaker, slots: loops.count)
    }
    for connection in gone { connection.retire() }
  }
}
