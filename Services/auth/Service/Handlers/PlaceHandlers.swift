import AuthContract
import Kernel
import Postgres
import RPC
import Resources

/// What other services ask about sites.
struct PlaceHandlers: Sendable {
  let database: Database

  func register(in routes: inout RPCRoutes) {
    routes.answer(TenancyMethods.checkPlace, check)
    routes.answer(TenancyMethods.findPublicSite, findPublic)
  }

  private func check(
    _ request: Auth.CheckPlaceRequest, _ call: IncomingCall
  ) async throws -> Auth.Place {
    let account = try call.requireAccount()
    let site: [SQLValue] = [.id(account), .int(request.siteID)]
    let answers = try await database.runAll(
      [
        (SiteQueries.place, site),
        (SiteQueries.sectorOfSite, site + [.int(request.sectorID)]),
      ], in: .account(account), deadline: call.deadline)
    let isGranted = call.context.sites?.contains(SiteID(request.siteID)) ?? true
    guard isGranted, let found = answers[0].first else {
      throw RPCError(field: "site_id", "Site must belong to your account")
    }
    if request.forWriting, try found.text("status") != "active" {
      throw RPCError(field: "site_id", "Site is not active")
    }
    let sector = answers[1].first
    if request.sectorID != nil, sector == nil {
      throw RPCError(field: "sector_id", "Sector must belong to the selected site")
    }
    return Auth.Place(
      siteID: request.siteID, siteName: try found.text("name"),
      siteSlug: try found.text("slug"), siteDomain: try found.optionalText("domain"),
      hostingType: try found.text("hosting_type"),
      industryName: try found.text("industry_name"), sectorID: request.sectorID,
      sectorName: try sector?.text("name") ?? "")
  }

  private func findPublic(
    _ request: Auth.FindPublicSiteRequest, _ call: IncomingCall
  ) async throws -> Auth.PublicSite {
    let rows = try await database.run(
      SiteQueries.findPublic, [.text(request.slug)], in: .allAccounts, deadline: call.deadline)
    guard let row = rows.first else { throw RPCError.missing }
    return Auth.PublicSite(
      id: try row.int("id"), accountID: try row.int("account_id"), name: try row.text("name"),
      slug: try row.text("slug"), description: try row.text("description"),
      domain: try row.optionalText("domain"))
  }
}
