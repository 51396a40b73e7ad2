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

/// One page of a list: ten rows unless asked otherwise, a hundred at most.
struct Page: Sendable {
  let size: Int64
  let offset: Int64

  init(_ number: Int32?, size wanted: Int32?) throws {
    let (number, wanted) = (Int64(number ?? 1), Int64(wanted ?? 10))
    guard (1...1_000_000).contains(number) else { throw refusal("page", "Invalid page") }
    guard wanted >= 1 else { throw refusal("page_size", "Invalid page size") }
    size = min(wanted, 100)
    offset = (number - 1) * size
  }
}
