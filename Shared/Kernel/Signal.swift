import Synchronization

/// Wakes one waiting task: work has come. Raised while nobody waits it is kept, so that no wake-up
/// is lost between looking for work and waiting for it; raised several times it wakes once.
package final class Signal: Sendable {
  private struct State {
    var isRaised = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  package init() {}

  /// Wakes the waiting task, or the next one to wait.
  package func raise() {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard let waiter = state.waiter else {
        state.isRaised = true
        return nil
      }
      state.waiter = nil
      return waiter
    }
    waiter?.resume()
  }

  /// Returns when the signal is raised or `limit` has passed, whichever is first. One task at a
  /// time may wait; an earlier waiter is let go.
  /// - Throws: `CancellationError` when the task is cancelled.
  package func wait(atMost limit: Duration, time: any TimeSource) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.raised() }
      group.addTask { try await time.sleep(for: limit) }
      defer { group.cancelAll() }
      try await group.next()
    }
    try Task.checkCancellation()
  }

  private func raised() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let done = state.withLock { state -> [CheckedContinuation<Void, Never>] in
          if state.isRaised || Task.isCancelled {
            if !Task.isCancelled { state.isRaised = false }
            return [continuation]
          }
          let earlier = state.waiter
          state.waiter = continuation
          return earlier.map { [$0] } ?? []
        }
        done.forEach { $0.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume()
    }
  }
}
