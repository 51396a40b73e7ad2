import AuthContract
import RPC
import Resources
import WriterContract

/// The platform's own sites: the edge serves what the writer calls published.
struct HostedSite: Destination {
  static let name = "igny8_sites"

  let auth: TenancyClient
  let writer: WritingClient
  /// Without a slash at the end.
  let publicURL: String

  var name: String { Self.name }

  func deliver(_ content: Writer.Content, _ call: IncomingCall) async throws -> Delivered {
    guard !content.slug.isEmpty else {
      throw RPCError(.failedPrecondition, "The content has no slug", reason: "no_slug")
    }
    let place = try await place(of: content, call)
    let delivered = Delivered(
      id: String(content.id), url: "\(publicURL)/s/\(place.siteSlug)/\(content.slug)/")
    _ = try await writer.markPublished(
      Writer.MarkPublishedRequest(
        id: content.id, externalID: delivered.id, externalURL: delivered.url, hosted: true),
      call.outgoingInternal(timeout: .seconds(10)))
    return delivered
  }

  private func place(of content: Writer.Content, _ call: IncomingCall) async throws -> Auth.Place {
    do {
      return try await auth.checkPlace(
        Auth.CheckPlaceRequest(siteID: content.siteID, forWriting: true),
        call.outgoingInternal(timeout: .seconds(5)))
    } catch let error as RPCError where error.code == .invalidArgument {
      // The site is gone, or somebody else's: the request had no field that could be wrong.
      throw RPCError.missing
    }
  }
}
