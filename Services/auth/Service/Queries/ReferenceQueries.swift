import Postgres

/// Industries, their sectors and seed keywords: the same for all accounts.
enum ReferenceQueries {
  /// $1 search pattern, $2 id or null, $3 whether also those that are not offered.
  private static let industryFilter = """
    (i.is_active OR $3::boolean) AND ($1::text IS NULL OR i.name ILIKE $1 OR i.description ILIKE $1)
      AND ($2::bigint IS NULL OR i.id = $2)
    """

  static let countIndustries = Statement(
    "auth.industry.count", "SELECT count(*) FROM industries i WHERE \(industryFilter)")

  /// $4 place, $5 most, $6 left out.
  static func industries(_ order: ListOrder) -> Statement {
    Statement(
      "auth.industry.list_by_\(order.name)",
      """
      SELECT i.id, i.name, i.slug, i.description, i.is_active, \(order.place) FROM industries i
      WHERE \(industryFilter) AND \(order.isBehind("$4"))
      ORDER BY \(order.sql) LIMIT $5 OFFSET $6
      """)
  }

  static let industryOrders: [String: ListColumn] = [
    "id": .int("i.id"), "name": .text("i.name"), "slug": .text("i.slug"),
  ]

  /// Sectors of the industries $1.
  static let sectors = Statement(
    "auth.industry_sector.list",
    """
    SELECT id, industry_id, name, slug, description FROM industry_sectors
    WHERE industry_id = ANY ($1) ORDER BY id
    """)

  /// The industries of templates: $1 ids.
  static let industriesOfSectors = Statement(
    "auth.industry_sector.industries",
    "SELECT id, industry_id FROM industry_sectors WHERE id = ANY ($1) ORDER BY id")

  static let industryExists = Statement(
    "auth.industry.exists", "SELECT id FROM industries WHERE id = $1 AND is_active")

  private static let keywordColumns = """
    k.id, k.keyword, s.industry_id, k.industry_sector_id, i.name AS industry_name,
      s.name AS sector_name, k.volume, k.difficulty, k.intent, k.country
    """
  private static let keywordTables = """
    seed_keywords k JOIN industry_sectors s ON s.id = k.industry_sector_id
      JOIN industries i ON i.id = s.industry_id
    """

  /// $1 industry, $2 sector, $3 country, $4 intent, $5 search pattern.
  private static let keywordFilter = """
    ($1::bigint IS NULL OR s.industry_id = $1)
      AND ($2::bigint IS NULL OR k.industry_sector_id = $2)
      AND ($3::text IS NULL OR k.country = $3) AND ($4::text IS NULL OR k.intent = $4)
      AND ($5::text IS NULL OR k.keyword ILIKE $5)
    """

  static let countKeywords = Statement(
    "auth.seed_keyword.count",
    "SELECT count(*) FROM \(keywordTables) WHERE \(keywordFilter)")

  /// $6 place, $7 most, $8 left out.
  static func keywords(_ order: ListOrder) -> Statement {
    Statement(
      "auth.seed_keyword.list_by_\(order.name)",
      """
      SELECT \(keywordColumns), \(order.place) FROM \(keywordTables)
      WHERE \(keywordFilter) AND \(order.isBehind("$6"))
      ORDER BY \(order.sql) LIMIT $7 OFFSET $8
      """)
  }

  static let keywordOrders: [String: ListColumn] = [
    "id": .int("k.id"), "keyword": .text("k.keyword"), "volume": .int("k.volume"),
    "difficulty": .int("k.difficulty"), "intent": .text("k.intent"),
    "country": .text("k.country"),
  ]

  /// $1 ids.
  static let keywordsByID = Statement(
    "auth.seed_keyword.get",
    "SELECT \(keywordColumns) FROM \(keywordTables) WHERE k.id = ANY ($1) ORDER BY k.id")

  static let all = [
    countIndustries, industries(ListOrder(id: "i.id")), sectors,
    industriesOfSectors, industryExists, countKeywords,
    keywords(ListOrder(id: "k.id")), keywordsByID,
  ]
}
