import Postgres

/// Statements about prompts, authors and strategies.
enum ThinkerQueries {
  /// The account's own prompts. $1 account.
  static let currentPrompts = Statement(
    "integration.prompt.current",
    """
    SELECT prompt_type, version, prompt_value, created_at FROM prompts
    WHERE account_id = $1 AND is_current
    """)

  /// $1 account, $2 type.
  static let currentPrompt = Statement(
    "integration.prompt.get",
    """
    SELECT prompt_type, version, prompt_value, created_at FROM prompts
    WHERE account_id = $1 AND prompt_type = $2 AND is_current
    """)

  /// Back to the default; what was is kept as a version. $1 account, $2 type.
  static let retirePrompt = Statement(
    "integration.prompt.retire",
    """
    UPDATE prompts SET is_current = false
    WHERE account_id = $1 AND prompt_type = $2 AND is_current
    """)

  /// $1 account, $2 type, $3 text, $4 who, $5 now.
  static let savePrompt = Statement(
    "integration.prompt.save",
    """
    INSERT INTO prompts (account_id, prompt_type, version, prompt_value, is_current, created_by,
      created_at)
    SELECT $1, $2, coalesce(max(version), 0) + 1, $3, true, $4, $5 FROM prompts
    WHERE account_id = $1 AND prompt_type = $2
    RETURNING prompt_type, version, prompt_value, created_at
    """)

  /// Of several savers of one type each waits for the one before. $1 account, $2 type.
  static let lockPrompt = Statement(
    "integration.prompt.lock",
    "SELECT pg_advisory_xact_lock(hashtextextended($1::bigint::text || ':prompt:' || $2, 0))")

  /// The text of a function's prompt: of the strategy that is active for the sector, else of the
  /// one for all sectors, else the account's own. $1 account, $2 sector or null, $3 type.
  static let prompt = Statement(
    "integration.prompt.resolve",
    """
    SELECT (SELECT s.prompt_types ->> $3 FROM strategies s
        WHERE s.account_id = $1 AND s.is_active AND s.prompt_types ? $3
          AND (s.sector_id IS NULL OR s.sector_id = $2)
        ORDER BY s.sector_id IS NULL LIMIT 1) AS of_strategy,
      p.prompt_value AS of_account, p.version
    FROM (SELECT) AS one LEFT JOIN prompts p
      ON p.account_id = $1 AND p.prompt_type = $3 AND p.is_current
    """)

  /// Rules for sections, of the strategy as above. $1 account, $2 sector or null.
  static let sectionLogic = Statement(
    "integration.strategy.section_logic",
    """
    SELECT section_logic FROM strategies
    WHERE account_id = $1 AND is_active AND (sector_id IS NULL OR sector_id = $2)
    ORDER BY sector_id IS NULL LIMIT 1
    """)

  /// $1 account, $2 id.
  static let author = Statement(
    "integration.author_profile.voice",
    """
    SELECT tone, language, description, structure_template FROM author_profiles
    WHERE account_id = $1 AND id = $2 AND is_active
    """)

  /// One strategy a sector is active. $1 account, $2 sector or null, $3 the one that stays.
  static let standDown = Statement(
    "integration.strategy.stand_down",
    """
    UPDATE strategies SET is_active = false, updated_at = $4
    WHERE account_id = $1 AND sector_id IS NOT DISTINCT FROM $2 AND id <> $3 AND is_active
    """)

  /// $1 account, $2 id.
  static let strategyPlace = Statement(
    "integration.strategy.place",
    "SELECT sector_id, is_active FROM strategies WHERE account_id = $1 AND id = $2")

  /// $1 account, $2 sector.
  static let deleteOfSector = Statement(
    "integration.strategy.delete_of_sector",
    "DELETE FROM strategies WHERE account_id = $1 AND sector_id = $2")

  static let all = [
    currentPrompts, currentPrompt, retirePrompt, savePrompt, lockPrompt, prompt, sectionLogic,
    author, standDown, strategyPlace, deleteOfSector,
  ]
}
