import Kernel

/// A call as its handler sees it.
package struct IncomingCall: Sendable {
  private let verified: VerifiedContext
  /// When nobody waits for the answer any more.
  package let deadline: Deadline
  package let idempotencyKey: String?
  package let trace: TraceParent
  /// 1 for the first try.
  package let attempt: Int
  private let time: any TimeSource

  package init(
    context: CallContext, deadline: Deadline, idempotencyKey: String? = nil,
    trace: TraceParent = .none, attempt: Int = 1, time: any TimeSource
  ) {
    verified = VerifiedContext(context: context, signed: nil)
    (self.deadline, self.idempotencyKey) = (deadline, idempotencyKey)
    (self.trace, self.attempt, self.time) = (trace, attempt, time)
  }

  init(
    verified: VerifiedContext, header: RequestHeader, deadline: Deadline, trace: TraceParent,
    time: any TimeSource
  ) {
    (self.verified, self.deadline) = (verified, deadline)
    (idempotencyKey, attempt) = (header.idempotencyKey, header.attempt)
    (self.trace, self.time) = (trace, time)
  }

  /// On whose behalf, as signed by the edge or by the service that began the call.
  package var context: CallContext { verified.context }

  /// W3C `traceparent`, for logs and for calls that leave the cluster.
  package var traceparent: String { trace.text }

  /// A call to another service on the same behalf: same context and trace, never a later deadline.
  package func outgoing(key: String? = nil, timeout: Duration? = nil) -> OutgoingCall {
    var until = deadline
    if let timeout { until = min(until, Deadline(in: timeout, of: time)) }
    var call = OutgoingCall(
      context: context, deadline: until, idempotencyKey: key, trace: trace)
    call.signed = verified.signed
    return call
  }

  /// A call to a method without a public route, which only services and jobs may make: the same
  /// account, user, sites and trace, vouched for by this service.
  package func outgoingInternal(key: String? = nil, timeout: Duration? = nil) -> OutgoingCall {
    var call = outgoing(key: key, timeout: timeout)
    if context.actor != .job, context.actor != .service { call.context.actor = .service }
    return call
  }

  /// The tenant that the call is about.
  /// - Throws: `.permissionDenied` for a call without one.
  package func requireAccount() throws -> AccountID {
    guard let account = context.account else {
      throw RPCError(.permissionDenied, "This needs an account", reason: "no_account")
    }
    return account
  }
}

/// A call about to be made.
package struct OutgoingCall: Sendable {
  package var context: CallContext {
    didSet { signed = nil }
  }
  package var deadline: Deadline
  package var idempotencyKey: String?
  package var trace: TraceParent
  /// The context as somebody signed it before.
  var signed: SignedContext?

  package init(
    context: CallContext, deadline: Deadline, idempotencyKey: String? = nil,
    trace: TraceParent = .none
  ) {
    (self.context, self.deadline) = (context, deadline)
    (self.idempotencyKey, self.trace) = (idempotencyKey, trace)
  }

  package var traceparent: String { trace.text }
}
