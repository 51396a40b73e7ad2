import Synchronization

/// Values by key, each good for a time after it was learned. Holds at most `capacity`: a full cache
/// drops what is too old, and everything where nothing is.
package final class TTLCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry {
    let value: Value
    let since: Duration
  }

  private let capacity: Int
  private let lifetime: Duration
  private let entries = Mutex<[Key: Entry]>([:])

  /// - Parameter capacity: 1 or more.
  package init(capacity: Int, lifetime: Duration) {
    (self.capacity, self.lifetime) = (capacity, lifetime)
  }

  /// The value, unless it is as old as the cache allows, or as `age` where that is less.
  /// - Parameter now: on the clock of `TimeSource.monotonic`.
  package func value(of key: Key, youngerThan age: Duration? = nil, now: Duration) -> Value? {
    let limit = min(age ?? lifetime, lifetime)
    return entries.withLock { entries in
      entries[key].flatMap { now - $0.since < limit ? $0.value : nil }
    }
  }

  /// - Parameter now: when the question was asked that `value` answers.
  package func insert(_ value: Value, for key: Key, now: Duration) {
    entries.withLock { entries in
      if entries.count >= capacity, entries[key] == nil {
        entries = entries.filter { now - $0.value.since < lifetime }
        if entries.count >= capacity { entries.removeAll() }
      }
      entries[key] = Entry(value: value, since: now)
    }
  }
}
