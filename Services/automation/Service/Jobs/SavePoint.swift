import CommonContract
import Synchronization

/// Lets work that has come to the saving of its result finish although it is cancelled: what was
/// paid for is counted. All other work is cancelled at once.
final class SavePoint: Sendable {
  private struct State {
    var isSaving: Bool
    var isCancelled = false
  }

  private let state: Mutex<State>

  /// - Parameter isSaving: the work is nothing but the saving.
  init(isSaving: Bool) { state = Mutex(State(isSaving: isSaving)) }

  /// Takes note of how far the work is.
  /// - Throws: `CancellationError` when cancelled work begins anew.
  func note(_ item: Common.ProgressItem) throws {
    let mayGoOn = state.withLock { state in
      state.isSaving = ["PARSE", "SAVE", "DONE"].contains(item.phase)
      return state.isSaving || !state.isCancelled
    }
    if !mayGoOn { throw CancellationError() }
  }

  /// Does the work in a task of its own and waits for its end.
  func run<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try Task.checkCancellation()
    let task = Task { try await work() }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      let isSaving = state.withLock { state in
        state.isCancelled = true
        return state.isSaving
      }
      if !isSaving { task.cancel() }
    }
  }
}
