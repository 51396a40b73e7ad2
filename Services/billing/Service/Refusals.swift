import BillingCore
import Kernel
import Postgres
import RPC
import Resources

// What callers are told of accounts that are not open, and of the core's refusals.

extension RPCError {
  /// For whoever acts for an account: auth has promised to open it (`OpenAccount`) and is about to.
  static let unopened = RPCError(
    .unavailable, "The account's credits are not open yet",
    details: ErrorDetails(retryAfter: .seconds(1), reason: "no_credit_account"))

  /// For whoever names an account, perhaps by mistake.
  static let unknownAccount = RPCError(
    .notFound, "The account has no credits yet", reason: "no_credit_account")
}

extension Transaction {
  /// Whoever else wants to change the account's ledger waits until the transaction ends.
  /// - Throws: `unopened`.
  func lockLedger(of account: AccountID) async throws {
    let locked = try await run(LedgerQueries.lock, [.id(account)])
    guard !locked.isEmpty else { throw RPCError.unopened }
  }
}

/// Does what staff want of an account that they name.
/// - Throws: `unknownAccount` instead of `unopened`.
func ofNamedAccount<Result>(_ work: () async throws -> Result) async throws -> Result {
  do {
    return try await work()
  } catch let error as RPCError where error == .unopened {
    throw RPCError.unknownAccount
  }
}

extension PriceRefusal {
  var rpcError: RPCError {
    switch self {
    case .unknownOperation: RPCError(field: "operation", "Unknown operation")
    case .amountNotPositive: RPCError(field: "amount", "Amount must be positive")
    case .amountTooLarge: RPCError(field: "amount", "Amount is too large")
    }
  }
}

extension AuthorizeRefusal {
  var rpcError: RPCError {
    switch self {
    case .keyTaken(let key):
      RPCError(
        .alreadyExists, "The key \(key) names a hold of another operation", reason: "key_taken")
    case .creditsNotPositive: PriceRefusal.amountNotPositive.rpcError
    case .insufficientCredits(let required, let available): insufficient(required, available)
    }
  }
}

extension CaptureRefusal {
  var rpcError: RPCError {
    switch self {
    case .capturedOtherwise(let credits):
      RPCError(
        .failedPrecondition, "The hold was captured before, for \(credits) credits",
        reason: "captured")
    case .released:
      RPCError(.failedPrecondition, "The hold was released before", reason: "released")
    case .expired: RPCError(.failedPrecondition, "The hold has expired", reason: "expired")
    case .price(let refusal): refusal.rpcError
    }
  }
}

extension ReleaseRefusal {
  var rpcError: RPCError {
    switch self {
    case .captured:
      RPCError(.failedPrecondition, "The hold was captured before", reason: "captured")
    }
  }
}

extension AdjustRefusal {
  var rpcError: RPCError {
    switch self {
    case .amountIsZero: RPCError(field: "amount", "Amount must not be zero")
    case .amountTooLarge: RPCError(field: "amount", "Amount is too large")
    case .noReason: RPCError(required: "reason")
    case .alreadyExpired: RPCError(field: "expires_at", "Must be in the future")
    case .insufficientCredits(let required, let available): insufficient(required, available)
    }
  }
}

private func insufficient(_ required: Credits, _ available: Credits) -> RPCError {
  RPCError(
    .failedPrecondition, "Insufficient credits",
    details: ErrorDetails(
      required: required.value, available: available.value, reason: "insufficient_credits"))
}

extension Result where Failure == AuthorizeRefusal {
  func orThrow() throws -> Success { try mapError(\.rpcError).get() }
}

extension Result where Failure == CaptureRefusal {
  func orThrow() throws -> Success { try mapError(\.rpcError).get() }
}

extension Result where Failure == ReleaseRefusal {
  func orThrow() throws -> Success { try mapError(\.rpcError).get() }
}

extension Result where Failure == AdjustRefusal {
  func orThrow() throws -> Success { try mapError(\.rpcError).get() }
}
