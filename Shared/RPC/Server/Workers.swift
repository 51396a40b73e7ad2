import NIOCore

/// The tasks that run the handlers of one event loop. A handler needs a task to wait in, and making
/// one costs more than most handlers do: so a task serves one call after the other and rests when
/// there is none. A handler that waits keeps its task; the next call gets another.
///
/// Touched on the loop only.
final class Workers {
  /// Tasks kept for later; further ones end when they have nothing to do.
  private static let mostAtRest = 64

  /// Calls whose handlers are to start, in the order of their arrival.
  private var calls: [ServerCall?] = []
  private var taken = 0
  private var atRest: [UnsafeContinuation<Bool, Never>] = []
  private var isClosed = false

  func add(_ call: ServerCall) { calls.append(call) }

  /// Sets one task to work; false when there is no call to be served. The task's first step is
  /// enqueued at `executor`.
  func wakeOne(on executor: LoopExecutor) -> Bool {
    guard taken < calls.count else { return false }
    if let worker = atRest.popLast() { worker.resume(returning: true) } else { hire(executor) }
    return true
  }

  /// Lets all tasks go that rest now or want to rest later.
  func close() {
    isClosed = true
    for worker in atRest { worker.resume(returning: false) }
    atRest = []
  }

  private func hire(_ executor: LoopExecutor) {
    let workers = NIOLoopBound(self, eventLoop: executor.loop)
    let worker = Worker()
    let bound = NIOLoopBound(worker, eventLoop: executor.loop)
    worker.task = Task.detached(executorPreference: executor) {
      await Workers.serve(as: bound, of: workers)
    }
  }

  /// What a task does all its life. One whose call was stopped ends with it: it is cancelled, and
  /// would tell the next handler, too, that nobody waits.
  nonisolated(nonsending) private static func serve(
    as worker: NIOLoopBound<Worker>, of workers: NIOLoopBound<Workers>
  ) async {
    repeat {
      while let call = workers.value.next(for: worker.value) {
        await call.run()
        if call.isStopped { return }
      }
    } while await withUnsafeContinuation { workers.value.rest($0) }
  }

  private func next(for worker: Worker) -> ServerCall? {
    while taken < calls.count {
      let next = calls[taken].take()
      taken += 1
      if taken == calls.count {
        calls.removeAll(keepingCapacity: true)
        taken = 0
      }
      guard let call = next, call.connection.mayStart(call) else { continue }
      call.task = worker.task
      return call
    }
    return nil
  }

  private func rest(_ worker: UnsafeContinuation<Bool, Never>) {
    guard !isClosed, atRest.count < Self.mostAtRest else { return worker.resume(returning: false) }
    atRest.append(worker)
  }
}

/// One of the tasks; touched on the loop only.
private final class Worker {
  /// What stops the handler that the task is running.
  var task: Task<Void, Never>?
}
