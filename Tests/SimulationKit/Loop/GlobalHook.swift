import Glibc

/// Catches the tasks of simulated processes on their way to Swift's thread pool.
///
/// The concurrency runtime calls `swift_task_enqueueGlobal_hook`, if it is set, with every task
/// that becomes ready on the global executor (swift/stdlib/public/Concurrency/ExecutorBridge).
/// Tasks made ready by a thread that runs a loop go to that loop; all others go where they would
/// have gone, so that other code in the same process notices nothing.
enum GlobalHook {
  private typealias Original = @convention(thin) (UnownedJob) -> Void
  private typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

  /// Holds the loop that a thread runs.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  private static let isInstalled: Bool = {
    guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else {
      return false
    }
    symbol.assumingMemoryBound(to: Hook?.self).pointee = { job, original in
      guard let loop = GlobalHook.current else { return original(job) }
      loop.enqueue(job)
    }
    return true
  }()

  private static var current: Loop? {
    pthread_getspecific(key).map { Unmanaged<Loop>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Sets the hook, once.
  static func install() { precondition(isInstalled, "the runtime has no hook for tasks") }

  /// This thread runs a loop from now on; the loop outlives it.
  static func enter(_ loop: Loop) {
    pthread_setspecific(key, Unmanaged.passUnretained(loop).toOpaque())
  }

  static func leave() { pthread_setspecific(key, nil) }

  /// A task of this thread's loop became ready.
  static func enqueue(_ job: UnownedJob) { current?.enqueue(job) }
}
