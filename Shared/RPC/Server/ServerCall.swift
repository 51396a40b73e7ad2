import Kernel
import NIOCore

/// A call from its request to the end of its handler; touched on the connection's loop only.
final class ServerCall {
  let number: UInt32
  let connection: ServerConnection
  private let route: RPCRoutes.Route
  private let incoming: IncomingCall
  private let body: ByteBuffer
  /// What the handler runs in, once it runs.
  var task: Task<Void, Never>?
  /// The handler waits here for credit.
  var waiter: CheckedContinuation<Void, any Error>?
  /// Nobody waits for the answer any more.
  private(set) var isStopped = false

  init(
    number: UInt32, connection: ServerConnection, route: RPCRoutes.Route, incoming: IncomingCall,
    body: ByteBuffer
  ) {
    (self.number, self.connection) = (number, connection)
    (self.route, self.incoming, self.body) = (route, incoming, body)
  }

  var deadline: Deadline { incoming.deadline }

  func stop() {
    isStopped = true
    task?.cancel()
    waiter?.resume(throwing: RPCError(.cancelled, "Nobody waits for the items any more"))
    waiter = nil
  }

  /// Has the handler run where it wants to; on the loop, it starts before the turn ends.
  func start() {
    switch route.placement {
    case .eventLoop: connection.workers.add(self)
    case .pool: startOnPool()
    }
  }

  /// Runs the handler here, on the loop, and answers.
  nonisolated(nonsending) func run() async {
    let outcome = await route.outcome(of: body, incoming, log: connection.environment.log) { sink }
    connection.handlerEnded(self, outcome)
  }

  private var sink: ConnectionSink {
    ConnectionSink(
      home: NIOLoopBound(connection, eventLoop: connection.executor.loop),
      executor: connection.executor, number: number)
  }

  private func startOnPool() {
    let (route, body, incoming, sink) = (self.route, self.body, self.incoming, self.sink)
    let (log, executor) = (connection.environment.log, connection.executor)
    let home = NIOLoopBound(self, eventLoop: executor.loop)
    let (counters, time) = (connection.environment.counters, connection.environment.time)
    task = Task {
      // The pool may have been busy for longer than the caller waits.
      guard !Task.isCancelled, !incoming.deadline.hasPassed(of: time) else {
        return await withTaskExecutorPreference(executor) {
          home.value.connection.neverStarted(home.value)
        }
      }
      counters.handlerStarted()
      let outcome = await route.outcome(of: body, incoming, log: log) { sink }
      let packed = outcome.packed()
      await withTaskExecutorPreference(executor) {
        home.value.connection.handlerEnded(home.value, packed.map { .bytes($0) })
      }
    }
  }
}

/// Sends a handler's items over its connection.
struct ConnectionSink: ItemSink {
  let home: NIOLoopBound<ServerConnection>
  let executor: LoopExecutor
  let number: UInt32

  func send(_ body: ByteBuffer) async throws {
    try await withTaskExecutorPreference(executor) {
      while try !home.value.offer(body, of: number) {
        try await withCheckedThrowingContinuation { home.value.waitForCredit(number, $0) }
      }
    }
  }
}
