import Kernel
import Postgres
import RPC

/// What an article was like before.
enum Revisions {
  /// Keeps the content as it now stands, under the number it now has.
  static func snapshot(
    _ content: Int64, _ reason: String, _ call: IncomingCall, _ transaction: Transaction
  ) async throws {
    _ = try await transaction.run(
      RevisionQueries.snapshot,
      [
        .id(try call.requireAccount()), .int(content), .text(reason), .id(call.context.user),
      ])
  }
}
