import AuthContract
import CommonContract
import Kernel
import RPC

/// What auth knows: sites, sectors, seed keywords.
struct Places: Sendable {
  private let tenancy: TenancyClient
  private let reference: ReferenceClient

  init(caller: any RPCCaller) {
    (tenancy, reference) = (TenancyClient(caller), ReferenceClient(caller))
  }

  /// The site and its sector, if they are the account's and the caller may change what is there.
  /// - Throws: `RPCError` that names the field.
  @discardableResult
  func check(site: Int64?, sector: Int64?, _ call: IncomingCall) async throws -> Auth.Place {
    let missing = [("site_id", site), ("sector_id", sector)].filter { ($0.1 ?? 0) == 0 }
    if !missing.isEmpty {
      throw RPCError(
        invalid: missing.map { FieldError(name: $0.0, messages: ["This field is required"]) })
    }
    if let site, let sites = call.context.sites, !sites.contains(SiteID(site)) {
      throw RPCError(field: "site_id", "Site must belong to your account")
    }
    return try await tenancy.checkPlace(
      Auth.CheckPlaceRequest(siteID: site ?? 0, sectorID: sector, forWriting: true),
      call.outgoingInternal(timeout: .seconds(3)))
  }

  /// The seed keywords with these ids, in their order.
  /// - Throws: `RPCError` when one of them does not exist.
  func seeds(
    _ ids: [Int64], field: String, _ call: IncomingCall
  ) async throws -> [Auth.SeedKeyword] {
    let reply = try await reference.getSeedKeywords(
      Common.IdsRequest(ids: ids), call.outgoingInternal(timeout: .seconds(5)))
    let byID = Dictionary(reply.results.map { ($0.id, $0) }) { first, _ in first }
    return try ids.map { id in
      guard let seed = byID[id] else { throw RPCError(field: field, "Invalid seed keyword") }
      return seed
    }
  }
}
