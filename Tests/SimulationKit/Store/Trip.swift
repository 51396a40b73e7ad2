import Kernel
import Postgres
import Synchronization

/// One round trip of a simulated process to the store.
package final class Trip: Sendable {
  private struct State {
    var continuation: UnsafeContinuation<RoundTrip.Answer, Never>?
    var transaction: TransactionID = 0
    var answers: [Rows] = []
    var isCancelled = false
    var isBlind = false
    var isOver = false
  }

  package let request: RoundTrip
  package let process: Loop.Owner
  let schema: String
  private let sessions: SimulatedSessions
  private let state: Mutex<State>

  init(
    _ request: RoundTrip, _ process: Loop.Owner, _ schema: String, _ sessions: SimulatedSessions,
    _ continuation: UnsafeContinuation<RoundTrip.Answer, Never>
  ) {
    (self.request, self.process, self.schema) = (request, process, schema)
    self.sessions = sessions
    state = Mutex(State(continuation: continuation))
  }

  /// The names of its statements.
  package var names: String {
    let statements = request.commands.map(\.statement.name).filter { !Self.unsaid.contains($0) }
    let end: [String]
    switch request.place {
    case .commits: end = ["commit"]
    case .rollsBack: end = ["rollback"]
    case .alone, .begins, .continues: end = []
    }
    return (statements + end).joined(separator: " ")
  }

  private static let unsaid: Set = [
    "jobs.claim.as_lease", "jobs.claim.by_index", "jobs.claim.enter", "jobs.hold.lock",
  ]

  var transaction: TransactionID {
    get { state.withLock { $0.transaction } }
    set { state.withLock { $0.transaction = newValue } }
  }

  var answers: [Rows] {
    get { state.withLock { $0.answers } }
    set { state.withLock { $0.answers = newValue } }
  }

  var isCancelled: Bool {
    get { state.withLock { $0.isCancelled } }
    set { state.withLock { $0.isCancelled = newValue } }
  }

  /// The statement that it is at waited for a row that it does not see.
  var isBlind: Bool {
    get { state.withLock { $0.isBlind } }
    set { state.withLock { $0.isBlind = newValue } }
  }

  /// Somebody was told what came of it.
  var isOver: Bool { state.withLock { $0.isOver } }

  /// How long it waits for other transactions.
  var patience: Duration {
    guard let left = sessions.left(until: request.deadline) else { return .seconds(60) }
    return min(max(left, .zero), .seconds(60))
  }

  /// Sends the answer on its way.
  func reply(_ result: Result<[Rows], any Error>, session: Int? = nil) {
    let continuation = state.withLock { state in
      state.isOver = true
      let continuation = state.continuation
      state.continuation = nil
      return continuation
    }
    guard let continuation else { return }
    sessions.bring(RoundTrip.Answer(result, session: session), to: continuation)
  }
}

/// Leads from the task that waits to the trip that it waits for.
private final class SentTrip: Sendable {
  let trip = Mutex<Trip?>(nil)
}

/// The database of one simulated process, as `Database` sees it.
package final class SimulatedSessions: DatabaseEngine {
  private let store: Store
  private let process: Loop.Owner
  private let schema: String
  private let time: any TimeSource
  private let delay: @Sendable () -> Duration

  /// - Parameter delay: how long one way takes.
  package init(
    store: Store, process: Loop.Owner, schema: String, time: any TimeSource,
    delay: @escaping @Sendable () -> Duration
  ) {
    (self.store, self.process, self.schema) = (store, process, schema)
    (self.time, self.delay) = (time, delay)
  }

  package func answer(_ request: RoundTrip) async -> RoundTrip.Answer {
    let sent = SentTrip()
    return await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let trip = Trip(request, process, schema, self, continuation)
        sent.trip.withLock { $0 = trip }
        store.loop.schedule(in: delay(), for: 0) { [store] in store.arrive(trip) }
        if !request.place.isEnd, Task.isCancelled { cancel(trip) }
      }
    } onCancel: {
      if !request.place.isEnd, let trip = sent.trip.withLock({ $0 }) { cancel(trip) }
    }
  }

  /// What cancels a statement goes to the server like the statement itself.
  private func cancel(_ trip: Trip) {
    store.loop.schedule(in: delay(), for: 0) { [store] in store.cancel(trip) }
  }

  func bring(
    _ answer: RoundTrip.Answer, to continuation: UnsafeContinuation<RoundTrip.Answer, Never>
  ) {
    store.loop.schedule(in: delay(), for: process) { continuation.resume(returning: answer) }
  }

  func left(until deadline: Deadline?) -> Duration? { deadline?.left(of: time) }

  package func notifications(channel: String) -> AsyncStream<Notification> {
    store.listen(process, channel)
  }
}
