/// A pool at one moment, and what happened to it so far.
package struct PoolFigures: Hashable, Sendable {
  /// Sessions that run something or hold a transaction.
  package internal(set) var inUse = 0
  package internal(set) var idle = 0
  package internal(set) var connecting = 0
  /// Callers who wait for a session.
  package internal(set) var waiting = 0

  /// Callers who wanted a session since the start.
  package internal(set) var requested: UInt64 = 0
  /// Sessions opened.
  package internal(set) var opened: UInt64 = 0
  /// Attempts to open one that failed.
  package internal(set) var failed: UInt64 = 0
  /// Sessions that broke, or were given up with a statement that nobody waited for any more.
  package internal(set) var lost: UInt64 = 0
  /// Callers refused because every session stayed busy.
  package internal(set) var exhausted: UInt64 = 0
}
