import Postgres

enum SiteQueries {
  /// Until the transaction ends no other gives a site a slug.
  static let lockSlugs = Statement(
    "auth.site.lock_slugs", "SELECT pg_advisory_xact_lock(hashtextextended('auth/site-slugs', 0))")

  /// Of all accounts' sites. $1 slug, $2 how those like it begin.
  static let takenSlugs = Statement(
    "auth.site.taken_slugs", "SELECT slug FROM taken_site_slugs($1, $2) AS slug")

  /// Locks a site, so that its sectors change one request at a time. $1 account, $2 site.
  static let lock = Statement(
    "auth.site.lock",
    "SELECT industry_id FROM sites WHERE account_id = $1 AND id = $2 FOR UPDATE")

  /// $1 account, $2 site, $3 industry, $4 now.
  static let setIndustry = Statement(
    "auth.site.set_industry",
    "UPDATE sites SET industry_id = $3, updated_at = $4 WHERE account_id = $1 AND id = $2")

  /// The site of a sector, and whether it is active. $1 account, $2 sectors.
  static let ofSectors = Statement(
    "auth.sector.sites",
    """
    SELECT id, site_id, is_active FROM sectors WHERE account_id = $1 AND id = ANY ($2)
    ORDER BY id
    """)

  /// $1 account, $2 sites.
  static let sectorsOfSites = Statement(
    "auth.sector.of_sites",
    "SELECT id FROM sectors WHERE account_id = $1 AND site_id = ANY ($2) ORDER BY id")

  /// Slugs of a site's sectors. $1 account, $2 site.
  static let sectorSlugs = Statement(
    "auth.sector.slugs", "SELECT slug FROM sectors WHERE account_id = $1 AND site_id = $2")

  /// $1 account, $2 site.
  static let activeSectors = Statement(
    "auth.sector.count_active",
    "SELECT count(*) FROM sectors WHERE account_id = $1 AND site_id = $2 AND is_active")

  /// $1 account, $2 site, $3 active.
  static let sectorsByActivity = Statement(
    "auth.sector.by_activity",
    """
    SELECT id FROM sectors WHERE account_id = $1 AND site_id = $2 AND is_active = $3 ORDER BY id
    """)

  /// $1 account, $2 site, $3 status, $4 now.
  static let setStatus = Statement(
    "auth.site.set_status",
    "UPDATE sites SET status = $3, updated_at = $4 WHERE account_id = $1 AND id = $2")

  /// $1 account, $2 site.
  static let activeSectorIDs = Statement(
    "auth.sector.active",
    "SELECT id FROM sectors WHERE account_id = $1 AND site_id = $2 AND is_active ORDER BY id")

  /// Sectors made from templates that were not picked. $1 account, $2 site, $3 templates, $4 now.
  static let deactivateOthers = Statement(
    "auth.sector.deactivate_others",
    """
    UPDATE sectors SET is_active = false, updated_at = $4
    WHERE account_id = $1 AND site_id = $2 AND is_active AND industry_sector_id IS NOT NULL
      AND NOT industry_sector_id = ANY ($3)
    """)

  /// A sector of each picked template. $1 account, $2 site, $3 templates, $4 now.
  static let activate = Statement(
    "auth.sector.activate",
    """
    INSERT INTO sectors AS s (account_id, site_id, name, slug, description, industry_sector_id,
      created_at, updated_at)
    SELECT $1, $2, t.name,
      CASE WHEN EXISTS (SELECT 1 FROM sectors o WHERE o.account_id = $1 AND o.site_id = $2
        AND o.slug = t.slug) THEN t.slug || '-' || t.id ELSE t.slug END,
      t.description, t.id, $4, $4
    FROM industry_sectors t WHERE t.id = ANY ($3) ORDER BY array_position($3, t.id)
    ON CONFLICT ON CONSTRAINT sectors_template DO UPDATE SET is_active = true,
      updated_at = CASE WHEN s.is_active THEN s.updated_at ELSE $4 END
    """)

  /// $1 account, $2 grants.
  static let lockGrants = Statement(
    "auth.site_access.lock",
    """
    SELECT id, user_id, site_id FROM site_user_access WHERE account_id = $1 AND id = ANY ($2)
    ORDER BY id FOR UPDATE
    """)

  /// Where something belongs. $1 account, $2 site.
  static let place = Statement(
    "auth.place.site",
    """
    SELECT s.id, s.name, s.slug, s.domain, s.hosting_type, s.status,
      coalesce(i.name, '') AS industry_name
    FROM sites s LEFT JOIN industries i ON i.id = s.industry_id
    WHERE s.account_id = $1 AND s.id = $2
    """)

  /// $1 account, $2 site, $3 sector.
  static let sectorOfSite = Statement(
    "auth.place.sector",
    "SELECT id, name FROM sectors WHERE account_id = $1 AND site_id = $2 AND id = $3")

  /// A site that is served by this platform, whatever the account.
  static let findPublic = Statement(
    "auth.site.find_public",
    """
    SELECT s.id, s.account_id, s.name, s.slug, s.description, s.domain
    FROM sites s JOIN accounts a ON a.account_id = s.account_id
    WHERE s.slug = $1 AND s.status = 'active' AND s.hosting_type IN ('igny8_sites', 'multi')
      AND a.status IN ('active', 'trial')
    """)

  static let all = [
    lockSlugs, takenSlugs, lock, setIndustry, ofSectors, sectorsOfSites, sectorSlugs, activeSectors,
    sectorsByActivity, setStatus, activeSectorIDs, deactivateOthers, activate, place,
    sectorOfSite, findPublic, lockGrants,
  ]
}
