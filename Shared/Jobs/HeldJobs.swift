import Kernel
import Synchronization

/// The jobs that a runner holds: what runs, and what has ended but is not written down yet.
final class HeldJobs: Sendable {
  /// One holding of one job: a job that was lost and claimed again is another one.
  struct Key: Hashable, Comparable, Sendable {
    let account: AccountID
    let id: JobID
    let token: Int64

    /// The order in which rows are locked, so that no two statements wait for each other.
    static func < (left: Key, right: Key) -> Bool {
      (left.account.value, left.id.value) < (right.account.value, right.id.value)
    }
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

  /// How many slots are taken, and how many ends are not written down yet.
  var counts: (running: Int, unsettled: Int) {
    state.withLock { state in
      let unsettled = state.entries.values.count { $0.hasEnded }
      return (state.entries.count - unsettled, unsettled)
    }
  }

  /// Takes slots for jobs that were just claimed, and gives those that are to begin. A job that is
  /// held already under the same token goes on as it is: Postgres forgot the claim in a crash and
  /// this runner made it again. One held under an older token is another's no longer.
  func add(_ runs: [JobRun]) -> [JobRun] {
    let (new, lost) = state.withLock { state -> ([JobRun], [Key]) in
      let new = runs.filter { state.entries[$0.place] == nil }
      let jobs = Set(new.map { $0.place.job })
      let lost = state.entries.keys.filter { jobs.contains($0.job) }
      for run in new { state.entries[run.place] = Entry(run: run) }
      return (new, lost)
    }
    for key in lost { stop(key, because: .lost) }
    return new
  }

  /// A job's handler has begun.
  func begin(_ key: Key, _ task: Task<String, any Error>) {
    let isStopped = state.withLock { state in
      state.entries[key]?.task = task
      return state.entries[key]?.stop != nil
    }
    if isStopped { task.cancel() }
  }

  /// All jobs that are this runner's: those that run, and those whose end is not written down.
  var all: [JobRun] { state.withLock { $0.entries.values.map(\.run) } }

  /// Whether a job is this runner's.
  func holds(_ key: Key) -> Bool { state.withLock { $0.entries[key] != nil } }

  /// Whether a job has not ended yet.
  func isRunning(_ key: Key) -> Bool { state.withLock { $0.entries[key]?.hasEnded == false } }

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

  /// Takes what has ended first out of the list.
  func takeEnded(atMost limit: Int) -> [EndedTry] {
    state.withLock { state in
      defer { state.ended.removeFirst(min(limit, state.ended.count)) }
      return Array(state.ended.prefix(limit))
    }
  }

  /// Puts back what could not be written down.
  func putBack(_ ended: [EndedTry]) { state.withLock { $0.ended = ended + $0.ended } }
}

extension HeldJobs.Key {
  /// The job, whoever holds it.
  var job: HeldJobs.Key { HeldJobs.Key(account: account, id: id, token: 0) }
}

extension JobRun {
  var place: HeldJobs.Key { HeldJobs.Key(account: account, id: id, token: token) }
}

/// The end of a try, as it will be written down.
struct EndedTry: Sendable {
  let key: HeldJobs.Key
  let state: JobState
  let failures: Int
  let runAt: Instant?
  let result: String
  let error: String
  let code: String
}
