import Kernel
import Synchronization

/// Why a server turned a call away, for its counters.
package enum Refusal: String, CaseIterable, Sendable {
  case caller
  case unknownMethod = "unknown_method"
  case badContext = "bad_context"
  case expired
  case role
  case moduleOff = "module_off"
  case suspended
  case tooManyCalls = "too_many_calls"
  case draining
  case tooLarge = "too_large"
}

/// What a server has done so far.
package final class ServerCounters: Sendable {
  private let started = Atomic(0)
  private let failed = Atomic(0)
  private let inFlight = Atomic(0)
  private let timedOut = Atomic(0)
  private let stopped = Atomic(0)
  private let handshakesFailed = Atomic(0)
  private let refusals = Mutex<[Refusal: Int]>([:])

  /// A moment's figures.
  package struct Figures: Sendable, Equatable {
    /// Handlers started since the beginning.
    package var started = 0
    /// Handlers that ended in an error.
    package var failed = 0
    /// Handlers running now.
    package var inFlight = 0
    /// Handlers told to stop because their deadline passed.
    package var timedOut = 0
    /// Handlers told to stop because the caller left.
    package var stopped = 0
    /// Connections that came to nothing before their first frame, for want of TLS.
    package var handshakesFailed = 0
    package var refused: [Refusal: Int] = [:]
  }

  package var figures: Figures {
    Figures(
      started: started.load(ordering: .relaxed), failed: failed.load(ordering: .relaxed),
      inFlight: inFlight.load(ordering: .relaxed), timedOut: timedOut.load(ordering: .relaxed),
      stopped: stopped.load(ordering: .relaxed),
      handshakesFailed: handshakesFailed.load(ordering: .relaxed),
      refused: refusals.withLock { $0 })
  }

  func handlerStarted() {
    started.wrappingAdd(1, ordering: .relaxed)
    inFlight.wrappingAdd(1, ordering: .relaxed)
  }

  func handlerEnded(failed hasFailed: Bool) {
    inFlight.wrappingSubtract(1, ordering: .relaxed)
    if hasFailed { failed.wrappingAdd(1, ordering: .relaxed) }
  }

  func handlerTimedOut() { timedOut.wrappingAdd(1, ordering: .relaxed) }
  func handshakeFailed() { handshakesFailed.wrappingAdd(1, ordering: .relaxed) }
  func handlerStopped() { stopped.wrappingAdd(1, ordering: .relaxed) }
  func refused(_ refusal: Refusal) { refusals.withLock { $0[refusal, default: 0] += 1 } }
}

/// The checks that every call passes before its handler starts.
package struct Gate: Sendable {
  package init() {}

  /// Nil when the principal may call the method; else what it is told and what is counted. Inlined:
  /// most calls pass, after a look at three or four fields.
  @inline(__always)
  package func refusal(
    of method: MethodInfo, for context: CallContext
  ) -> (error: RPCError, counted: Refusal)? {
    if let error = roleRefusal(of: method, for: context) { return (error, .role) }
    if let module = method.module, context.modulesOff.contains(module) {
      let message = "The module \(module) is switched off"
      return (RPCError(.permissionDenied, message, reason: "module_off"), .moduleOff)
    }
    let changes = method.idempotency != .noSideEffects
    // What anybody may call is not done in an account's name: a webhook, a registration.
    if context.accountSuspended, changes, !method.whileSuspended, method.minimumRole != .anyone {
      let error = RPCError(.permissionDenied, "The account is suspended", reason: "suspended")
      return (error, .suspended)
    }
    return nil
  }

  @inline(__always)
  private func roleRefusal(of method: MethodInfo, for context: CallContext) -> RPCError? {
    if context.actor == .job || context.actor == .service { return nil }
    switch method.minimumRole {
    case .anyone: return nil
    case .internal:
      return RPCError(.permissionDenied, "This method is for services only", reason: "internal")
    case .role(let least):
      if context.actor == .anonymous {
        return RPCError(.unauthenticated, "Sign in first", reason: "anonymous")
      }
      if context.role >= least { return nil }
      return RPCError(
        .permissionDenied, "This needs the role \(least.rawValue) or a higher one", reason: "role")
    }
  }
}
