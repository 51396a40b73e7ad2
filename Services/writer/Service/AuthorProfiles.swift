import CommonContract
import IntegrationContract
import RPC
import Resources

/// Asks integration whether an author profile is the account's.
struct AuthorProfiles: Sendable {
  private let thinker: ThinkerClient

  init(_ integration: any RPCCaller) { thinker = ThinkerClient(integration) }

  /// - Throws: `RPCError` `.invalidArgument` that names the field when there is none.
  func check(_ id: Int64, _ call: IncomingCall) async throws {
    do {
      _ = try await thinker.getAuthorProfile(
        Common.IdRequest(id: id), call.outgoingInternal(timeout: .seconds(5)))
    } catch let error as RPCError where error.code == .notFound {
      throw RPCError(field: "author_profile_id", "Invalid author profile")
    }
  }
}
