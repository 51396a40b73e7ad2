import AuthContract
import Kernel
import RPC
import Resources

/// Asks auth whether a site and sector are the account's.
struct Places: Sendable {
  private let tenancy: TenancyClient

  init(_ auth: any RPCCaller) { tenancy = TenancyClient(auth) }

  /// - Throws: `RPCError` `.invalidArgument` that names the field, as auth says it.
  @discardableResult
  func check(
    site: Int64, sector: Int64?, forWriting: Bool = true, _ call: IncomingCall
  ) async throws -> Auth.Place {
    try await tenancy.checkPlace(
      Auth.CheckPlaceRequest(siteID: site, sectorID: sector, forWriting: forWriting),
      call.outgoingInternal(timeout: .seconds(5)))
  }
}

extension IncomingCall {
  /// What lies in a site out of the caller's reach is not there.
  /// - Throws: `RPCError` `.notFound`.
  func mustSee(site: Int64) throws {
    if let sites = context.sites, !sites.contains(SiteID(site)) { throw RPCError.missing }
  }
}
