import AuthContract
import CommonContract
import Kernel
import RPC
import Resources
import Synchronization
import WriterContract

/// Stands in for auth and writer, and remembers what it was told.
final class Neighbours: Sendable {
  struct Seen: Sendable {
    var marked: [Writer.MarkPublishedRequest] = []
    /// Why the writer refuses to call something published.
    var failure: RPCError?
    /// The writer does not answer before this time has passed.
    var patience: (any TimeSource)?
  }

  private let state = Mutex(Seen())

  var seen: Seen { state.withLock { $0 } }

  func change(_ body: (inout Seen) -> Void) { state.withLock { body(&$0) } }

  /// Account 1 has site 10, called `tea`, with sector 20; account 2 has site 12 with sector 22.
  var auth: RPCRoutes {
    var routes = RPCRoutes()
    routes.handle(TenancyMethods.checkPlace) { request, call in
      let own: Int64 = call.context.account?.value == 1 ? 10 : 12
      guard request.siteID == own else {
        throw RPCError(invalid: [
          FieldError(name: "site_id", messages: ["Site must belong to your account"])
        ])
      }
      return Auth.Place(siteID: own, siteName: "Tea Site", siteSlug: "tea")
    }
    routes.handle(TenancyMethods.getSector) { request, call in
      let own: Int64 = call.context.account?.value == 1 ? 20 : 22
      guard request.id == own else { throw RPCError.missing }
      return Auth.Sector(id: own, accountID: call.context.account?.value ?? 0)
    }
    return routes
  }

  /// Account 1 has content 100 of site 10, 101 of a site that is not its own, and 102 without a
  /// slug; account 2 has content 200.
  var writer: RPCRoutes {
    var routes = RPCRoutes()
    routes.handle(WritingMethods.getPublication) { request, call in
      let account = call.context.account?.value ?? 0
      let own: [Int64: (site: Int64, slug: String)] =
        account == 1
        ? [100: (10, "green-tea"), 101: (12, "foreign"), 102: (10, "")] : [200: (12, "coffee")]
      guard let content = own[request.id] else { throw RPCError.missing }
      return Writer.Publication(
        content: Writer.Content(
          id: request.id, accountID: account, siteID: content.site, slug: content.slug))
    }
    routes.handle(WritingMethods.markPublished) { request, _ in
      try await self.seen.patience?.sleep(for: .seconds(1))
      try self.state.withLock { seen in
        if let failure = seen.failure { throw failure }
        seen.marked.append(request)
      }
      return Writer.Content(id: request.id)
    }
    return routes
  }
}
