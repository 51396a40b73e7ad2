import Glibc
import Synchronization

/// Runs a task to its end on the thread that calls, so that an input is done with when its check
/// returns.
final class CallingThread: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
  }

  static func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
    let thread = CallingThread()
    let outcome = Outcome<Value>()
    Task(executorPreference: thread) {
      let value = await body()
      outcome.value.withLock { $0 = value }
    }
    while true {
      if let value = outcome.value.withLock({ $0 }) { return value }
      thread.runNext()
    }
  }

  private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
  }

  private func runNext() {
    let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    guard let job else {
      sched_yield()
      return
    }
    job.runSynchronously(on: asUnownedTaskExecutor())
  }
}
