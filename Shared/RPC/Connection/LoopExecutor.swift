import NIOCore
import NIOPosix
import Synchronization

/// Something that gathers bytes and sends them at the end of the loop's turn.
protocol Flushable: AnyObject {
  func flushGathered()
}

/// Runs tasks on one event loop, in turns: all jobs that are ready, then one write for each
/// connection that has something to say. A handler so runs on its connection's thread, and its
/// answer leaves with the others of the same turn.
final class LoopExecutor: TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    /// A turn is sure to come.
    var isAwaited = false
  }

  private struct Turn {
    var isRunning = false
    var gathered: [any Flushable] = []
    /// The spare of the two job lists, kept for its storage.
    var spare: [UnownedJob] = []
  }

  let loop: any EventLoop
  private let state = Mutex(State())
  private let turn: NIOLoopBoundBox<Turn>
  private let boundWorkers: NIOLoopBoundBox<Workers>

  init(loop: any EventLoop) {
    self.loop = loop
    turn = .makeBoxSendingValue(Turn(), eventLoop: loop)
    boundWorkers = .makeBoxSendingValue(Workers(), eventLoop: loop)
  }

  /// On the loop: what runs handlers there. A turn sees to the calls that they have been given.
  var workers: Workers { boundWorkers.value }

  /// Lets the workers go.
  func close() async throws {
    try await loop.submit {
      self.workers.close()
      self.runTurn()
    }.get()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustAsk = state.withLock { state in
      state.jobs.append(job)
      defer { state.isAwaited = true }
      return !state.isAwaited
    }
    if mustAsk { loop.execute { self.runTurn() } }
  }

  /// On the loop: jobs that come in from now on need no wake-up, `runTurn` follows.
  func turnIsComing() { state.withLock { $0.isAwaited = true } }

  /// On the loop: `connection` has bytes for the end of this turn.
  func gather(_ connection: any Flushable) {
    turn.value.gathered.append(connection)
    guard !turn.value.isRunning else { return }
    let mustAsk = state.withLock { state in
      defer { state.isAwaited = true }
      return !state.isAwaited
    }
    if mustAsk { loop.execute { self.runTurn() } }
  }

  /// On the loop: runs what is ready, then writes what came of it.
  func runTurn() {
    guard !turn.value.isRunning else { return }
    turn.value.isRunning = true
    defer { turn.value.isRunning = false }
    let workers = workers
    repeat {
      repeat { runReadyJobs() } while workers.wakeOne(on: self)
      let gathered = turn.value.gathered
      turn.value.gathered.removeAll(keepingCapacity: true)
      for connection in gathered { connection.flushGathered() }
    } while !settle()
  }

  private func runReadyJobs() {
    var jobs = turn.value.spare
    let executor = asUnownedTaskExecutor()
    while takeJobs(into: &jobs) {
      for job in jobs { job.runSynchronously(on: executor) }
      jobs.removeAll(keepingCapacity: true)
    }
    turn.value.spare = jobs
  }

  private func takeJobs(into jobs: inout [UnownedJob]) -> Bool {
    state.withLock { state in
      swap(&jobs, &state.jobs)
      return !jobs.isEmpty
    }
  }

  /// True when nothing came in meanwhile; the next job then asks for a turn of its own.
  private func settle() -> Bool {
    guard turn.value.gathered.isEmpty else { return false }
    return state.withLock { state in
      guard state.jobs.isEmpty else { return false }
      state.isAwaited = false
      return true
    }
  }
}

/// The event loops of a process, each with the executor that runs handlers on it. One for all
/// servers and clients of a process, so that a handler's calls leave from the thread it runs on.
package final class RPCLoops: Sendable {
  package let group: MultiThreadedEventLoopGroup
  private let executors: [LoopExecutor]
  private let turn = Atomic(0)

  /// - Parameter threads: 1 or more.
  package init(threads: Int) {
    group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    executors = group.makeIterator().map { LoopExecutor(loop: $0) }
  }

  var count: Int { executors.count }

  /// The executor of the loop that this thread runs, else one in turn; with its position.
  func nearest() -> (position: Int, executor: LoopExecutor) {
    if let current = MultiThreadedEventLoopGroup.currentEventLoop,
      let position = executors.firstIndex(where: { $0.loop === current })
    {
      return (position, executors[position])
    }
    let next = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    let position = Int(UInt(bitPattern: next) % UInt(executors.count))
    return (position, executors[position])
  }

  func executor(of loop: any EventLoop) -> LoopExecutor {
    executors.first { $0.loop === loop } ?? executors[0]
  }

  /// Runs tasks on one of these loops, so that what they call leaves from its thread as well.
  package func taskExecutor(of loop: any EventLoop) -> any TaskExecutor { executor(of: loop) }

  /// Lets the tasks go that handlers ran in. For the end of a service whose process goes on.
  package func dismissWorkers() async throws {
    for executor in executors { try await executor.close() }
  }

  /// Ends the threads; nothing may use the loops any more.
  package func shutDown() async throws {
    try await dismissWorkers()
    try await group.shutdownGracefully()
  }
}
