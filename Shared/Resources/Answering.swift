import Postgres
import Protobuf
import RPC

extension RPCRoutes {
  /// Answers a method with a handler whose database may fail it.
  package mutating func answer<Request, Reply>(
    _ method: Method<Request, Reply>, on placement: Placement = .eventLoop,
    _ handler: @escaping @Sendable (Request, IncomingCall) async throws -> Reply
  ) {
    handle(method, on: placement) { request, call in
      do {
        return try await handler(request, call)
      } catch let error as PostgresError {
        if let answer = error.rpcError { throw answer }
        throw error
      }
    }
  }
}

extension PostgresError {
  /// What a caller can act upon; nil where only the log helps.
  package var rpcError: RPCError? {
    switch kind {
    case .unavailable, .closed, .outcomeUnknown: Self.away(retryAfter: nil)
    // Busy, not gone: it helps to come back later, not to try again at once.
    case .exhausted: Self.away(retryAfter: .seconds(1))
    case .server where lacksResources: Self.away(retryAfter: .seconds(5))
    case .server where isConflict:
      RPCError(.aborted, "Two changes met; try again", reason: "conflict")
    case .timedOut: RPCError(.deadlineExceeded, "Timed out", reason: "database")
    case .server, .value: nil
    }
  }

  private static func away(retryAfter: Duration?) -> RPCError {
    RPCError(
      .unavailable, "Service unavailable",
      details: ErrorDetails(retryAfter: retryAfter, reason: "database"))
  }
}
