import Dispatch
import Glibc
import Kernel
import Synchronization

/// Connects requests with sessions: the shell around `PoolMachine`.
///
/// Lives inside the reactor's lock; never shared. Numbers every session; 0 is the listener.
final class Switchboard {
  /// Something worth a line in the log.
  enum Incident: Sendable {
    case cannotConnect(String)
    case sessionLost(String)
  }
  typealias Report = @Sendable (Incident) -> Void

  /// An answer on its way to whoever waits for it.
  enum Completion: Sendable {
    case answer(UnsafeContinuation<Answer, Never>, Answer)
    case closed(UnsafeContinuation<Void, Never>)
    case incident(Report, Incident)

    func deliver() {
      switch self {
      case .answer(let continuation, let answer): continuation.resume(returning: answer)
      case .closed(let continuation): continuation.resume()
      case .incident(let report, let incident): report(incident)
      }
    }
  }

  static let listenerID = 0
  private static let maxAttempts = 3

  let settings: DatabaseSettings
  let epoll: Epoll
  var submit: @Sendable (Submission) -> Void = { _ in }
  private let report: Report
  private let catalog: StatementCatalog
  private let preamble: Preamble
  private var pool: PoolMachine
  private var sessions: [Int: Session] = [:]
  var openings: [Int: Opening] = [:]
  private var waiting: [UInt64: Request] = [:]
  private var completions: [Completion] = []
  private var closers: [UnsafeContinuation<Void, Never>] = []
  private var isPoolDrained = false
  private var connectFailure = "not connected yet"
  private(set) var nextWake: Duration?
  private var armedWake: Duration?
  var listening = Listening()
  let stagger: Stagger

  init(settings: DatabaseSettings, epoll: Epoll, report: @escaping Report) {
    (self.settings, self.epoll, self.report) = (settings, epoll, report)
    stagger = Stagger()
    preamble = Preamble(settings)
    catalog = StatementCatalog(preamble: preamble)
    pool = PoolMachine(
      limits: PoolMachine.Limits(
        minSessions: min(settings.minSessions, settings.maxSessions),
        maxSessions: settings.maxSessions, idleLimit: settings.idleLimit,
        lifetime: settings.lifetime, maxWaiters: settings.maxWaiters),
      backoff: Backoff(base: .milliseconds(50), limit: .seconds(2)), chance: stagger)
  }

  var figures: PoolFigures { pool.currentFigures }

  func start(at now: Duration) { tell(.ticked, now) }

  /// Closed, and nothing is left to wait for.
  var isOver: Bool { isPoolDrained && listening.isOver && closers.isEmpty }

  func takeCompletions() -> [Completion] {
    if isPoolDrained, listening.isOver, !closers.isEmpty {
      completions += closers.map { .closed($0) }
      closers.removeAll()
    }
    let taken = completions
    completions.removeAll(keepingCapacity: true)
    return taken
  }

  // MARK: Time

  func wake(at time: Duration) {
    if let nextWake, nextWake <= time { return }
    nextWake = time
  }

  /// The reactor's thread sleeps for longer than it should.
  var needsEarlierWake: Bool {
    if isOver { return true }
    guard let nextWake else { return false }
    if let armedWake, armedWake <= nextWake { return false }
    armedWake = nextWake
    return true
  }

  /// How long the reactor's thread may sleep; nil is without end.
  func armWake(at now: Duration) -> Duration? {
    armedWake = nextWake
    return nextWake.map { max(.zero, $0 - now) }
  }

  func handleTime(_ now: Duration) {
    guard let due = nextWake, due <= now else { return }
    nextWake = nil
    for session in sessions.values {
      guard let request = session.execution?.request else { continue }
      if request.deadline <= now { stop(session, late(request), now) }
    }
    for (id, opening) in openings where opening.giveUpAt <= now {
      openingFailed(id, "no answer within the connect timeout", now)
    }
    tell(.ticked, now)
    retryListening(now)
    for session in sessions.values {
      if let request = session.execution?.request { wake(at: request.deadline) }
    }
    for opening in openings.values { wake(at: opening.giveUpAt) }
  }

  private func late(_ request: Request) -> any Error {
    if case .commits = request.place {
      return PostgresError(.outcomeUnknown, "the deadline passed during the commit")
    }
    return PostgresError(.timedOut, "the deadline passed", statement: request.name)
  }

  // MARK: Submissions

  func handle(_ submission: Submission, at now: Duration) {
    switch submission {
    case .request(let request): take(request, now)
    case .cancel(let id): cancel(id, now)
    case .resolved(let session, let address): addressKnown(session, address, now)
    case .listen(let channel, let id, let stream): listen(channel, id, stream, now)
    case .unlisten(let channel, let id): unlisten(channel, id)
    case .close(let continuation):
      if let continuation { closers.append(continuation) }
      stopListening()
      tell(.closing, now)
    }
  }

  private func take(_ request: Request, _ now: Duration) {
    switch request.place {
    case .alone, .begins:
      guard request.deadline > now else { return answer(request, late(request)) }
      waiting[request.id] = request
      let giveUpAt = min(request.deadline, now + settings.longestWait)
      tell(.requested(request.id, giveUpAt: giveUpAt), now)
    case .continues(let id), .commits(let id), .rollsBack(let id):
      guard let session = sessions[id] else {
        let error = PostgresError(.unavailable, "the transaction's connection was lost")
        return answer(request, error)
      }
      run(request, on: session, now)
    }
  }

  private func cancel(_ id: UInt64, _ now: Duration) {
    if let request = waiting.removeValue(forKey: id) {
      tell(.withdrawn(id), now)
      return answer(request, CancellationError())
    }
    for session in sessions.values where session.execution?.request.id == id {
      guard session.execution?.request.isCancellable == true else { return }
      return stop(session, CancellationError(), now)
    }
  }

  private func answer(_ request: Request, _ error: any Error) {
    completions.append(.answer(request.continuation, Answer(result: .failure(error))))
  }

  // MARK: Sessions

  func socketIsReady(_ id: Int, at now: Duration) {
    if openings[id] != nil { return continueOpening(id, now) }
    if id == Self.listenerID { return listenerIsReady(now) }
    guard let session = sessions[id] else { return }
    progress(session, session.socketIsReady(), now)
  }

  private func tell(_ event: PoolMachine.Event, _ now: Duration) {
    for action in pool.handle(event, at: now) { perform(action, now) }
  }

  private func perform(_ action: PoolMachine.Action, _ now: Duration) {
    switch action {
    case .open(let id): open(id, now)
    case .assign(let request, let session): assign(request, session, now)
    case .close(let id):
      sessions[id] = nil
      openings[id] = nil
    case .refuse(let id, let refusal): refuse(id, refusal, now)
    case .wake(let time): wake(at: time)
    case .drained: isPoolDrained = true
    }
  }

  private func assign(_ id: UInt64, _ sessionID: Int, _ now: Duration) {
    guard let session = sessions[sessionID] else { return }
    guard let request = waiting.removeValue(forKey: id) else {
      return tell(.released(sessionID), now)
    }
    // One that is handed on has just answered.
    if session.lastUsed != now, session.connection.isHungUp() {
      return lost(session, interrupted: request, now)
    }
    run(request, on: session, now)
  }

  private func run(_ request: Request, on session: Session, _ now: Duration) {
    session.lastUsed = now
    wake(at: request.deadline)
    progress(session, session.start(request), now)
  }

  private func refuse(_ id: UInt64, _ refusal: PoolMachine.Refusal, _ now: Duration) {
    guard let request = waiting.removeValue(forKey: id) else { return }
    let name = request.name
    switch refusal {
    case .closed: answer(request, PostgresError(.closed, "the database is closed", statement: name))
    case _ where request.deadline <= now: answer(request, late(request))
    case .exhausted:
      answer(request, PostgresError(.exhausted, "every session is busy", statement: name))
    case .unavailable:
      answer(request, PostgresError(.unavailable, connectFailure, statement: name))
    }
  }

  private func progress(_ session: Session, _ progress: Session.Progress, _ now: Duration) {
    switch progress {
    case .waiting: watchAsNeeded(session)
    case .finished(let request, let result): finished(session, request, result, now)
    case .lost:
      report(.sessionLost(session.connection.message))
      lost(session, interrupted: nil, now)
    }
  }

  func watchAsNeeded(_ session: Session) {
    let wants = session.connection.hasUnsent
    guard wants != session.isWatchedForWriting else { return }
    session.isWatchedForWriting = wants
    epoll.watch(session.connection.socket, key: UInt64(session.id), writable: wants)
  }

  private func finished(
    _ session: Session, _ request: Request, _ result: Result<[Rows], PostgresError>,
    _ now: Duration
  ) {
    watchAsNeeded(session)
    session.lastUsed = now
    var keeps = false
    switch request.place {
    case .alone, .rollsBack: break
    case .begins, .continues, .commits: keeps = session.isInTransaction
    }
    let answer = Answer(result: result.mapError { $0 }, session: keeps ? session.id : nil)
    completions.append(.answer(request.continuation, answer))
    if keeps { return }
    if session.isDemoted { tell(.outdated, now) }
    if session.isClean { tell(.released(session.id), now) } else { discard(session, now) }
  }

  /// The connection broke: answers or repeats what ran on it.
  private func lost(_ session: Session, interrupted: Request?, _ now: Duration) {
    let loss = interrupted.map { ($0, Session.Loss.neverRan) } ?? session.takeLoss()
    discard(session, now)
    guard let (request, fate) = loss else { return }
    switch fate {
    case .neverRan where request.attempts < Self.maxAttempts: take(request.again(), now)
    case .neverRan:
      answer(request, PostgresError(.unavailable, "connection lost", statement: request.name))
    case .undone(let error): answer(request, error)
    case .unknown:
      let message = "the connection was lost before the answer came"
      answer(request, PostgresError(.outcomeUnknown, message, statement: request.name))
    }
  }

  /// Nobody waits any more for what runs: ends it on the server and never uses the session again.
  private func stop(_ session: Session, _ error: any Error, _ now: Duration) {
    guard let (request, _) = session.takeLoss() else { return }
    session.connection.cancelOnServer()
    answer(request, error)
    discard(session, now)
  }

  private func discard(_ session: Session, _ now: Duration) {
    sessions[session.id] = nil
    tell(.lost(session.id), now)
  }

  // MARK: Opening

  func opened(_ id: Int, _ connection: Connection, _ now: Duration) {
    let session = Session(
      id: id, connection: connection, catalog: catalog, preamble: preamble,
      maxPrepared: settings.isPooled ? 0 : settings.maxPreparedStatements)
    if id == Self.listenerID { return listenerOpened(session, now) }
    sessions[id] = session
    tell(.opened(id), now)
  }

  func openingFailed(_ id: Int, _ reason: String, _ now: Duration) {
    openings[id] = nil
    connectFailure = "cannot connect: \(reason)"
    report(.cannotConnect(reason))
    if id == Self.listenerID { listenerLost(now) } else { tell(.openFailed(id), now) }
  }

  private func report(_ incident: Incident) { completions.append(.incident(report, incident)) }
}

/// Chance for waits between attempts, different in every process: SplitMix64.
final class Stagger: Chance {
  private let state: Mutex<UInt64>

  init() {
    let start = UInt64(bitPattern: machineTime().wholeMicroseconds)
    state = Mutex(start ^ UInt64(getpid()) << 40)
  }

  func next() -> UInt64 {
    state.withLock { state in
      state &+= 0x9e37_79b9_7f4a_7c15
      let mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
      return mixed ^ (mixed >> 31)
    }
  }
}
