import NIOCore
import Synchronization

/// Commands sent together and the answers they wait for. Completed exactly once, from any thread:
/// by the last answer, the time limit, the loss of the connection or the cancellation of the
/// caller.
final class RedisExchange: Sendable {
  typealias Outcome = Result<[RedisValue], RedisError>

  private struct State {
    var values: [RedisValue] = []
    var missing: Int
    var complete: (@Sendable (Outcome) -> Void)?
  }

  let deadline: NIODeadline
  private let state: Mutex<State>

  init(
    replies: Int, deadline: NIODeadline, _ complete: (@Sendable (Outcome) -> Void)? = nil
  ) {
    self.deadline = deadline
    state = Mutex(State(missing: replies, complete: complete))
  }

  /// Takes the next answer; true when it was the last.
  func receive(_ value: RedisValue) -> Bool {
    let (isLast, done) = state.withLock { state -> (Bool, (() -> Void)?) in
      state.missing -= 1
      if state.complete != nil { state.values.append(value) }
      guard state.missing == 0, let complete = state.complete else {
        return (state.missing == 0, nil)
      }
      state.complete = nil
      let values = state.values
      return (true, { complete(.success(values)) })
    }
    done?()
    return isLast
  }

  func fail(_ error: RedisError) {
    let complete = state.withLock { state in
      defer {
        state.complete = nil
        state.values = []
      }
      return state.complete
    }
    complete?(.failure(error))
  }

  /// Waits for the outcome; a cancelled task gets `.cancelled` and the answers are dropped when
  /// they come.
  func outcome(_ start: (RedisExchange) -> Void) async -> Outcome {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        state.withLock { $0.complete = { continuation.resume(returning: $0) } }
        start(self)
        if Task.isCancelled { fail(.cancelled) }
      }
    } onCancel: {
      fail(.cancelled)
    }
  }
}

/// Bytes that are written together, with the exchanges they belong to in their order.
struct RedisBatch: Sendable {
  var bytes = ByteBuffer()
  var exchanges: [RedisExchange] = []

  mutating func add(_ exchange: RedisExchange, _ commands: [RedisCommand]) {
    for command in commands { RedisCommandFormat.write(command, to: &bytes) }
    exchanges.append(exchange)
  }

  func fail(_ error: RedisError) { exchanges.forEach { $0.fail(error) } }
}
