import AuthContract
import AuthCore
import Events
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Sites, their sectors and who may see them.
struct Sites: Sendable {
  let database: Database
  let limits: PlanLimits
  let time: any TimeSource
  let messagesWaiting: @Sendable () -> Void

  static let sites = Resource<Auth.Site>(
    "auth.sites", table: "sites",
    columns: [
      .text("name", .required, maxLength: 200), .text("domain", .nullable, maxLength: 253),
      .int("industry_id", .nullable), .text("slug", maxLength: Slug.longest),
      .text("description", maxLength: 5_000, default: ""),
      .enumeration(
        "site_type", ["marketing", "ecommerce", "blog", "portfolio", "corporate"],
        default: "marketing", message: "Invalid site type"),
      .enumeration(
        "hosting_type", ["igny8_sites", "wordpress", "shopify", "multi"],
        default: "igny8_sites", message: "Invalid hosting type"),
      .enumeration(
        "status", ["active", "inactive", "suspended"], default: "active",
        message: "Invalid status value"),
    ],
    derived: [
      .sql("is_active", "t.status = 'active'"),
      .sql(
        "sectors_count",
        "(SELECT count(*) FROM sectors s WHERE s.account_id = t.account_id AND s.site_id = t.id)"),
    ],
    filters: [
      .equal("status"), .equal("hosting_type"), .equal("site_type"), .equal("industry_id"),
    ],
    search: ["name", "slug", "domain", "description"],
    orderings: ["name", "slug", "status", "created_at", "updated_at"],
    constraints: [
      .unique("sites_slug", field: "slug", "Site with this slug already exists"),
      .reference("sites_industry", field: "industry_id", "Invalid industry"),
    ],
    siteColumn: "id")

  static let sectors = Resource<Auth.Sector>(
    "auth.sectors", table: "sectors",
    columns: [
      .int("site_id", .required), .text("name", .required, maxLength: 200),
      .text("slug", maxLength: Slug.longest),
      .text("description", maxLength: 5_000, default: ""),
      .int("industry_sector_id", .nullable), .bool("is_active", default: true),
    ],
    filters: [.equal("site_id"), .equal("is_active")],
    search: ["name", "slug", "description"],
    orderings: ["name", "slug", "created_at", "updated_at"],
    constraints: [
      .unique("sectors_slug", field: "slug", "The site has a sector with this slug"),
      .unique(
        "sectors_template", field: "industry_sector_id", "The site has this sector already"),
      .reference("sectors_site", field: "site_id", "Site must belong to your account"),
      .reference(
        "sectors_industry_sector", field: "industry_sector_id", "Invalid industry sector"),
    ],
    siteColumn: "site_id")

  static let access = Resource<Auth.SiteAccess>(
    "auth.site_access", table: "site_user_access",
    columns: [.int("user_id", .required), .int("site_id", .required)],
    filters: [.equal("user_id"), .equal("site_id")], orderings: ["created_at"],
    constraints: [
      .unique("site_user_access_once", field: "site_id", "The user has this site already"),
      .reference("site_user_access_user", field: "user_id", "User must belong to your account"),
      .reference("site_user_access_site", field: "site_id", "Site must belong to your account"),
    ])

  func register(in routes: inout RPCRoutes) throws {
    try Self.sites.routes(
      &routes, database: database, time: time, hooks: siteHooks,
      ResourceMethods(
        list: TenancyMethods.listSites, retrieve: TenancyMethods.getSite,
        create: TenancyMethods.createSite, update: TenancyMethods.updateSite,
        delete: TenancyMethods.deleteSite))
    try Self.sectors.routes(
      &routes, database: database, time: time, hooks: sectorHooks,
      ResourceMethods(
        list: TenancyMethods.listSectors, retrieve: TenancyMethods.getSector,
        create: TenancyMethods.createSector, update: TenancyMethods.updateSector,
        delete: TenancyMethods.deleteSector))
    try Self.access.routes(
      &routes, database: database, time: time, hooks: accessHooks,
      ResourceMethods(
        list: TenancyMethods.listSiteAccess, retrieve: TenancyMethods.getSiteAccess,
        create: TenancyMethods.grantSiteAccess, update: TenancyMethods.updateSiteAccess,
        delete: TenancyMethods.revokeSiteAccess))
    routes.answer(TenancyMethods.selectSectors, select)
    routes.answer(TenancyMethods.setSiteActive, setActive)
    routes.answer(TenancyMethods.listSectorsOfSite, sectors)
  }
}
