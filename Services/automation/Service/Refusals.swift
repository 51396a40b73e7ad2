import RPC

/// A refusal of one field.
func refusal(_ field: String, _ message: String = "This field is required") -> RPCError {
  RPCError(invalid: [FieldError(name: field, messages: [message])])
}

func insufficientCredits(required: Int64, available: Int64) -> RPCError {
  RPCError(
    .failedPrecondition, "Insufficient credits",
    details: ErrorDetails(
      required: required, available: available, reason: "insufficient_credits"))
}
