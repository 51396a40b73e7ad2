import Events
import Kernel
import Postgres
import Protobuf
import RPC

/// Thrown to leave a transaction that was only a look.
private struct Unknown: Error {}

extension Database {
  /// The answer that a repeated request was given the first time; nil for a new one.
  /// - Throws: `RPCError` `.alreadyExists` when the key was used with another request.
  func knownAnswer<Reply: ContractMessage>(
    _ request: KeyedRequest?, as type: Reply.Type
  ) async throws -> Reply? {
    guard let request else { return nil }
    do {
      return try await transaction(in: .account(request.account)) { transaction in
        guard let known = try await IdempotencyKeys.answer(for: request, in: transaction) else {
          throw Unknown()
        }
        return try Reply(decoding: known)
      }
    } catch is Unknown {
      return nil
    }
  }
}
