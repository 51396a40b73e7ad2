import RPC
import Resources

extension RPCError {
  /// A refusal of a field that is not there.
  static func lacking(_ field: String) -> RPCError {
    RPCError(field: field, "This field is required")
  }
}
