import RPC

/// A refusal of one field.
func invalid(_ field: String, _ message: String) -> RPCError {
  RPCError(invalid: [FieldError(name: field, messages: [message])])
}

/// A refusal of a field that is not there.
func missing(_ field: String) -> RPCError { invalid(field, "This field is required") }
