import Kernel
import Synchronization

/// The jobs that a runner holds: what runs, and what has ended but is not written down yet.
final class HeldJobs: Sendable {
  /// A job's name among all accounts.
  struct Key: Hashable, Sendable {
    let account: AccountID
    let id: JobID
  }

  /// Why a handler's task was cancelled.
  enum Stop: Sendable {
    /// A person cancelled the job.
    case cancelled
    /// Another runner has the job.
    case lost
  }

  private struct Entry {
    let run: JobRun
    var task: Task<String, any Error>?
    var stop: Stop?
    var hasEnded = false
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var ended: [EndedTry] = []
  }

  private let state = Mutex(State())

  /// How many slots are taken.
  var count: Int { state.withLock { $0.entries.count } }

  /// Takes slots for jobs that were just claimed.
  func add(_ runs: [JobRun]) {
    state.withLock { state in
      for run in runs { state.entries[run.place] = Entry(run: run) }
    }
  }

  /// A job's handler has begun.
  func begin(_ key: Key, _ task: Task<String, any Error>) {
    let isStopped = state.withLock { state in
      state.entries[key]?.task = task
      return state.entries[key]?.stop != nil
    }
    if isStopped { task.cancel() }
  }

  /// What still runs.
  var running: [JobRun] {
    state.withLock { $0.entries.values.filter { !$0.hasEnded }.map(\.run) }
  }

  /// Why the job's task was cancelled by the runner, if it was.
  func stop(of key: Key) -> Stop? { state.withLock { $0.entries[key]?.stop } }

  /// Cancels a job's task.
  func stop(_ key: Key, because reason: Stop) {
    let task = state.withLock { state -> Task<String, any Error>? in
      guard state.entries[key]?.stop == nil else { return nil }
      state.entries[key]?.stop = reason
      return state.entries[key]?.task
    }
    task?.cancel()
  }

  /// A try has ended and is to be written down.
  func end(_ key: Key, _ ended: EndedTry) {
    state.withLock {
      $0.entries[key]?.hasEnded = true
      $0.ended.append(ended)
    }
  }

  /// A job that is not this runner's any more.
  func remove(_ keys: some Sequence<Key>) {
    state.withLock { state in keys.forEach { state.entries[$0] = nil } }
  }

  /// Takes what has ended out of the list.
  func takeEnded() -> [EndedTry] {
    state.withLock { state in
      defer { state.ended = [] }
      return state.ended
    }
  }

  /// Puts back what could not be written down.
  func putBack(_ ended: [EndedTry]) { state.withLock { $0.ended = ended + $0.ended } }
}

extension JobRun {
  var place: HeldJobs.Key { HeldJobs.Key(account: account, id: id) }
}

/// The end of a try, as it will be written down.
struct EndedTry: Sendable {
  let key: HeldJobs.Key
  let token: Int64
  let state: JobState
  let failures: Int
  let runAt: Instant?
  let result: String
  let error: String
  let code: String
}
