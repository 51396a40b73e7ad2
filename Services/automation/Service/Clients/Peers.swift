import AuthContract
import AutomationCore
import BillingContract
import CommonContract
import IntegrationContract
import Kernel
import PlannerContract
import RPC
import WriterContract

/// The services that do the work.
package struct Peers: Sendable {
  let auth: AuthClient
  let tenancy: TenancyClient
  let planning: PlanningClient
  let planner: IdeasClient
  let writing: WritingClient
  let publishing: PublishingClient
  let billing: BillingClient

  package init(
    auth: any RPCCaller, planner: any RPCCaller, writer: any RPCCaller,
    integration: any RPCCaller, billing: any RPCCaller
  ) {
    (self.auth, tenancy) = (AuthClient(auth), TenancyClient(auth))
    (planning, self.planner, writing) = (
      PlanningClient(planner), IdeasClient(planner), WritingClient(writer)
    )
    (publishing, self.billing) = (PublishingClient(integration), BillingClient(billing))
  }

  /// Items asked for at once.
  private static let page: Int32 = 1_000

  /// Refuses a site that is not the caller's.
  func check(site: Int64, _ call: IncomingCall, forWriting: Bool = false) async throws {
    _ = try await tenancy.checkPlace(
      Auth.CheckPlaceRequest(siteID: site, forWriting: forWriting), call.outgoingInternal())
  }

  /// What a stage would work on now, by id; as many as wanted.
  func items(
    of stage: Stage, site: Int64, atMost limit: Int?, _ call: OutgoingCall
  ) async throws -> [StageItem] {
    var items: [StageItem] = []
    while true {
      let wanted = min(Int(Self.page), (limit ?? .max) - items.count)
      guard wanted > 0 else { return items }
      let more = try await page(
        of: stage, site: site, after: items.last?.id ?? 0, limit: Int32(wanted), call
      ).items
      items += more
      if more.count < wanted { return items }
    }
  }

  /// How many items stand before a stage.
  func count(of stage: Stage, site: Int64, _ call: OutgoingCall) async throws -> Int64 {
    try await page(of: stage, site: site, after: 0, limit: 1, call).total
  }

  private func page(
    of stage: Stage, site: Int64, after: Int64, limit: Int32, _ call: OutgoingCall
  ) async throws -> (items: [StageItem], total: Int64) {
    let number = Int32(stage.rawValue)
    switch stage {
    case .clustering, .ideas, .tasks:
      let reply = try await planning.listStageItems(
        Planner.StageItemsRequest(siteID: site, stage: number, afterID: after, limit: limit), call)
      return (reply.items.map(StageItem.init), reply.total)
    case .contents, .imagePrompts, .images, .publishing:
      let reply = try await writing.listStageItems(
        Writer.StageItemsRequest(siteID: site, stage: number, afterID: after, limit: limit), call)
      return (reply.items.map(StageItem.init), reply.total)
    }
  }

  /// What amounts of an operation cost.
  func prices(
    of operation: String, _ amounts: Set<Int64>, _ call: OutgoingCall
  ) async throws -> (costs: [Int64: Int64], available: Int64) {
    let items = amounts.sorted().map { Billing.EstimateRequest(operation: operation, amount: $0) }
    var costs: [Int64: Int64] = [:]
    var available: Int64 = 0
    for start in stride(from: 0, to: items.count, by: 1_000) {
      let some = Array(items[start..<min(start + 1_000, items.count)])
      let quotes = try await billing.quoteAll(Billing.QuoteAllRequest(items: some), call)
      for (item, quote) in zip(some, quotes.items) { costs[item.amount] = quote.cost }
      available = quotes.availableCredits
    }
    return (costs, available)
  }
}

extension StageItem {
  init(_ item: Planner.StageItem) {
    self.init(id: item.id, sector: item.sectorID, label: item.label, amount: item.amount)
  }

  init(_ item: Writer.StageItem) {
    self.init(id: item.id, sector: item.sectorID, label: item.label, amount: item.amount)
  }
}
