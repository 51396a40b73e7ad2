import RPC

func insufficientCredits(required: Int64, available: Int64) -> RPCError {
  RPCError(
    .failedPrecondition, "Insufficient credits",
    details: ErrorDetails(
      required: required, available: available, reason: "insufficient_credits"))
}
