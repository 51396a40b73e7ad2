import Kernel
import NIOCore
import Synchronization

/// A call that brought no answer to the caller's question.
struct CallFailure: Error {
  let error: RPCError
  /// No connection could be made for it.
  var isUnreachable = false

  static let lost = CallFailure(error: RPCError(.unavailable, "The connection was lost"))
  static let cancelled = CallFailure(error: RPCError(.cancelled, "The call was cancelled"))

  static func unreachable(_ why: String) -> CallFailure {
    CallFailure(
      error: RPCError(.unavailable, why, details: ErrorDetails(), isUnstarted: true),
      isUnreachable: true)
  }
}

/// One try of a call on its way: everything that the request frame needs, and who waits for it.
final class PendingCall: Sendable {
  typealias Outcome = Result<ByteBuffer, CallFailure>

  private enum Wait {
    case notYet
    case waiting(UnsafeContinuation<Outcome, Never>)
    case done
  }

  let header: RequestHeader
  let context: SignedContext
  let body: ByteBuffer
  let deadline: Deadline
  /// Where items go; nil for a call with one reply.
  let inbox: StreamInbox?
  private let wait = Mutex(Wait.notYet)
  private let assigned = Atomic<UInt32>(0)

  init(
    header: RequestHeader, context: SignedContext, body: ByteBuffer, deadline: Deadline,
    inbox: StreamInbox? = nil
  ) {
    (self.header, self.context, self.body) = (header, context, body)
    (self.deadline, self.inbox) = (deadline, inbox)
  }

  /// The number that its connection gave it; 0 before.
  var number: UInt32 {
    get { assigned.load(ordering: .relaxed) }
    set { assigned.store(newValue, ordering: .relaxed) }
  }

  var isDone: Bool {
    wait.withLock { wait in
      if case .done = wait { return true }
      return false
    }
  }

  /// Sends the call and waits for its end.
  func reply(over connection: ClientConnection) async -> Outcome {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let isLate = wait.withLock { wait in
          if case .done = wait { return true }
          wait = .waiting(continuation)
          return false
        }
        if isLate { continuation.resume(returning: .failure(.cancelled)) }
        if !isLate { connection.submit(self) }
      }
    } onCancel: {
      abandon(over: connection)
    }
  }

  /// Nobody waits any more; the server hears of it.
  func abandon(over connection: ClientConnection) {
    finish(.failure(.cancelled))
    connection.abandon(self)
  }

  /// The end, once; later ones are ignored.
  func finish(_ outcome: Outcome) {
    let continuation = wait.withLock { wait -> UnsafeContinuation<Outcome, Never>? in
      defer { wait = .done }
      guard case .waiting(let continuation) = wait else { return nil }
      return continuation
    }
    inbox?.finish(outcome)
    continuation?.resume(returning: outcome)
  }
}
