/// Whether trying again can help; how retries by jobs, relays and consumers tell failures apart.
package enum FailureKind: Sendable, Equatable {
  /// The world was not ready: the same try may succeed later.
  case transient
  /// The request itself was refused: the same try will be refused again.
  case permanent

  /// Sorts an error: the code of an `RPCError` decides; everything else is an unforeseen failure,
  /// which is worth another try.
  package static func of(_ error: any Error) -> FailureKind {
    (error as? RPCError)?.code.isPermanent ?? false ? .permanent : .transient
  }
}

extension RPCCode {
  /// The callee refused for a reason that time alone does not change.
  package var isPermanent: Bool {
    switch self {
    case .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
      .outOfRange, .unimplemented, .unauthenticated:
      true
    case .ok, .cancelled, .unknown, .deadlineExceeded, .resourceExhausted, .aborted, .internal,
      .unavailable, .dataLoss:
      false
    }
  }
}
