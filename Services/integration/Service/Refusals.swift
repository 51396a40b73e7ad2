import RPC
import Resources

extension RPCError {
  /// A refusal of a field that is not there.
  static func lacking(_ field: String) -> RPCError {
    RPCError(required: field)
  }
}
