import AuthContract
import BillingContract
import CommonContract
import IntegrationContract
import Kernel
import RPC
import Synchronization

/// Stands in for auth, billing and integration, and remembers what it was asked.
final class Neighbours: Sendable {
  struct Seen: Sendable {
    var holds: [String: Int64] = [:]
    var estimates: [Int64] = []
    var captures: [Billing.CaptureRequest] = []
    var released: [Int64] = []
    var articles: [Integration.GenerateContentRequest] = []
    var pictures = 0
    var failure: RPCError?
    var credits: Int64 = 100
  }

  static let picture: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 1, 2, 3]

  private let state = Mutex(Seen())

  var seen: Seen { state.withLock { $0 } }

  func change(_ body: (inout Seen) -> Void) { state.withLock { body(&$0) } }

  /// Site 10 with sector 20 is there and nothing else; author profile 30.
  var auth: RPCRoutes {
    var routes = RPCRoutes()
    routes.handle(TenancyMethods.checkPlace) { request, _ in
      guard request.siteID == 10 else {
        throw RPCError(invalid: [
          FieldError(name: "site_id", messages: ["Site must belong to your account"])
        ])
      }
      return Auth.Place(
        siteID: 10, siteName: "Tea Site", siteSlug: "tea", sectorID: request.sectorID,
        sectorName: "Green tea")
    }
    return routes
  }

  /// Credits cost a hundred words or one piece each.
  var billing: RPCRoutes {
    var routes = RPCRoutes()
    routes.handle(BillingMethods.authorize) { request, _ in
      try self.state.withLock { seen in
        let credits = Self.price(request.operation, request.amount)
        guard credits <= seen.credits else {
          throw RPCError(
            .failedPrecondition, "Insufficient credits", reason: "insufficient_credits")
        }
        let id = seen.holds[request.key] ?? Int64(seen.holds.count + 1)
        seen.holds[request.key] = id
        seen.estimates.append(request.amount)
        let state = seen.released.contains(id) ? "released" : "open"
        return Billing.Hold(id: id, state: state, credits: credits, key: request.key)
      }
    }
    routes.handle(BillingMethods.quoteAll) { request, _ in
      Billing.Quotes(
        items: request.items.map {
          Billing.Quote(
            operation: $0.operation, amount: $0.amount, cost: Self.price($0.operation, $0.amount))
        })
    }
    routes.handle(BillingMethods.capture) { request, _ in
      self.change { $0.captures.append(request) }
      return Billing.Captured()
    }
    routes.handle(BillingMethods.release) { request, _ in
      self.change { $0.released.append(request.holdID) }
      return Billing.Hold(id: request.holdID, state: "released")
    }
    return routes
  }

  private static func price(_ operation: String, _ amount: Int64) -> Int64 {
    operation == "content_generation" ? max(1, amount / 100) : amount
  }

  var integration: RPCRoutes {
    var routes = RPCRoutes()
    routes.handle(ThinkerMethods.getAuthorProfile) { request, _ in
      guard request.id == 30 else { throw RPCError(.notFound, "Resource not found") }
      return Integration.AuthorProfile(id: 30)
    }
    routes.handle(AIMethods.generateContent) { request, _ in
      try self.fail()
      self.change { $0.articles.append(request) }
      let words = Array(repeating: "word", count: 250).joined(separator: " ")
      return Integration.GenerateContentReply(
        title: request.title, html: "<h2>One</h2><p>\(words)</p>", slug: "green-tea",
        metaTitle: request.title, metaDescription: "About tea", primaryKeyword: "green tea",
        tags: ["tea"], categories: ["Drinks"], wordCount: 251,
        usage: Integration.Usage(provider: "local", model: "local/drafts"))
    }
    routes.handle(AIMethods.generateImagePrompts) { request, _ in
      try self.fail()
      return Integration.GenerateImagePromptsReply(
        prompts: [
          .init(imageType: "in_article", position: 1, prompt: "A pot", altText: "Pot"),
          .init(imageType: "featured", position: 0, prompt: "A cup", altText: "Cup"),
        ], usage: Integration.Usage(model: "local/prompts"))
    }
    routes.handle(AIMethods.generateImage) { request, _ in
      self.change { $0.pictures += 1 }
      try self.fail()
      return Integration.GenerateImageReply(
        file: Self.picture, contentType: "image/png", width: 12, height: 8,
        usage: Integration.Usage(provider: "local", model: "local/images"))
    }
    return routes
  }

  private func fail() throws {
    if let failure = seen.failure { throw failure }
  }
}
