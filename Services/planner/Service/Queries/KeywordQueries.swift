import Postgres

enum KeywordQueries {
  static let all = [insertAll, stats, batch, outliers, misplaced, assign, markOutliers]

  /// $1 account, $2 site, $3 sector, $4 texts, $5 folded texts, $6 volumes, $7 difficulties,
  /// $8 intents, $9 seed keywords (0: none), $10 now. Those that are there already are left alone.
  static let insertAll = Statement(
    "planner.keyword.insert_all",
    """
    INSERT INTO keywords (account_id, site_id, sector_id, keyword, folded, volume, difficulty,
      intent, seed_keyword_id, created_at, updated_at)
    SELECT $1, $2, $3, u.keyword, u.folded, u.volume, u.difficulty, u.intent,
      NULLIF(u.seed, 0), $10, $10
    FROM unnest($4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::bigint[])
      AS u(keyword, folded, volume, difficulty, intent, seed)
    ON CONFLICT (account_id, sector_id, folded) DO NOTHING
    RETURNING id
    """)

  /// $1 account, $2 site or NULL, $3 sector or NULL, $4 sites within reach or NULL. One row for
  /// all, one a status, one an intent.
  static let stats = Statement(
    "planner.keyword.stats",
    """
    SELECT status, intent, count(*), count(cluster_id), coalesce(sum(volume), 0)::bigint,
      coalesce(avg(difficulty), 0)::double precision,
      count(*) FILTER (WHERE cluster_id IS NULL AND outlier_at IS NOT NULL)
    FROM keywords
    WHERE account_id = $1 AND ($2::bigint IS NULL OR site_id = $2)
      AND ($3::bigint IS NULL OR sector_id = $3)
      AND ($4::bigint[] IS NULL OR site_id = ANY ($4))
    GROUP BY GROUPING SETS ((), (status), (intent))
    ORDER BY status NULLS FIRST, intent NULLS FIRST
    """)

  /// $1 account, $2 ids, $3 sites within reach or NULL.
  static let batch = Statement(
    "planner.keyword.batch",
    """
    SELECT id, keyword, volume, difficulty, intent, site_id, sector_id,
      cluster_id IS NULL AND status = 'active' AS is_waiting
    FROM keywords
    WHERE account_id = $1 AND id = ANY ($2::bigint[])
      AND ($3::bigint[] IS NULL OR site_id = ANY ($3))
    ORDER BY id
    """)

  /// $1 account, $2 sector, $3 keywords left out, $4 words, $5 most rows. Outliers that have one of
  /// the words first, then the strongest.
  static let outliers = Statement(
    "planner.keyword.outliers",
    """
    SELECT id, keyword, volume, difficulty, intent, site_id, sector_id, true
    FROM keywords
    WHERE account_id = $1 AND sector_id = $2 AND cluster_id IS NULL AND status = 'active'
      AND outlier_at IS NOT NULL AND id <> ALL ($3::bigint[])
    ORDER BY string_to_array(folded, ' ') && $4::text[] DESC, volume DESC, id LIMIT $5
    """)

  /// Whether some of the keywords $2 are of another sector than the cluster $3.
  static let misplaced = Statement(
    "planner.keyword.misplaced",
    """
    SELECT EXISTS (
      SELECT FROM keywords AS k JOIN clusters AS c ON c.account_id = k.account_id AND c.id = $3
      WHERE k.account_id = $1 AND k.id = ANY ($2::bigint[]) AND k.sector_id <> c.sector_id)
    """)

  /// $1 account, $2 keywords, $3 their clusters, $4 now. Those that found a cluster meanwhile keep
  /// it.
  static let assign = Statement(
    "planner.keyword.assign",
    """
    UPDATE keywords AS k SET cluster_id = u.cluster, outlier_at = NULL, updated_at = $4
    FROM unnest($2::bigint[], $3::bigint[]) AS u(id, cluster)
    WHERE k.account_id = $1 AND k.id = u.id AND k.cluster_id IS NULL
    """)

  /// $1 account, $2 keywords that were seen, $3 now: those that have no cluster are outliers.
  static let markOutliers = Statement(
    "planner.keyword.mark_outliers",
    """
    UPDATE keywords SET outlier_at = $3
    WHERE account_id = $1 AND id = ANY ($2::bigint[]) AND cluster_id IS NULL
    RETURNING id
    """)
}
