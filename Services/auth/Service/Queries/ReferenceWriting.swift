import Postgres

/// What staff does to industries, their sectors and seed keywords.
enum ReferenceWriting {
  /// $1 name, $2 slug, $3 description, $4 active.
  static let insertIndustry = Statement(
    "auth.industry.insert",
    """
    INSERT INTO industries (name, slug, description, is_active) VALUES ($1, $2, $3, $4)
    RETURNING id
    """)

  /// $1 industry, $2 name, $3 slug, $4 description, $5 active; null: as it is.
  static let updateIndustry = Statement(
    "auth.industry.update",
    """
    UPDATE industries SET name = coalesce($2, name), slug = coalesce($3, slug),
      description = coalesce($4, description), is_active = coalesce($5, is_active)
    WHERE id = $1 RETURNING id
    """)

  static let deleteIndustry = Statement(
    "auth.industry.delete", "DELETE FROM industries WHERE id = $1 RETURNING name")

  /// Sectors of the industry $1, one of them or all ($2 null), with what hangs on them.
  static let deleteKeywordsOfSectors = Statement(
    "auth.seed_keyword.delete_of_sectors",
    """
    DELETE FROM seed_keywords WHERE industry_sector_id IN (
      SELECT id FROM industry_sectors
      WHERE industry_id = $1 AND ($2::bigint IS NULL OR id = $2))
    """)
  static let deleteSectors = Statement(
    "auth.industry_sector.delete",
    """
    DELETE FROM industry_sectors WHERE industry_id = $1 AND ($2::bigint IS NULL OR id = $2)
    RETURNING name
    """)

  /// $1 industry, $2 name, $3 slug, $4 description.
  static let insertSector = Statement(
    "auth.industry_sector.insert",
    """
    INSERT INTO industry_sectors (industry_id, name, slug, description)
    SELECT id, $2, $3, $4 FROM industries WHERE id = $1
    RETURNING id
    """)

  /// $1 sector, $2 keyword, $3 volume, $4 difficulty, $5 intent, $6 country.
  static let insertKeyword = Statement(
    "auth.seed_keyword.insert",
    """
    INSERT INTO seed_keywords (industry_sector_id, keyword, volume, difficulty, intent, country)
    VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING id
    """)

  /// $1 id, then as with the insert; null: as it is.
  static let updateKeyword = Statement(
    "auth.seed_keyword.update",
    """
    UPDATE seed_keywords SET industry_sector_id = coalesce($2, industry_sector_id),
      keyword = coalesce($3, keyword), volume = coalesce($4, volume),
      difficulty = coalesce($5, difficulty), intent = coalesce($6, intent),
      country = coalesce($7, country)
    WHERE id = $1 RETURNING id
    """)

  static let deleteKeyword = Statement(
    "auth.seed_keyword.delete", "DELETE FROM seed_keywords WHERE id = $1 RETURNING keyword")

  static let all = [
    insertIndustry, updateIndustry, deleteIndustry, deleteKeywordsOfSectors, deleteSectors,
    insertSector, insertKeyword, updateKeyword, deleteKeyword,
  ]
}
