import Postgres

enum ClusterQueries {
  static let all = [ofSector, insert, extend, lock, own, find, keywords, sector, join, leave]

  /// $1 account, $2 sector, $3 most rows; the latest clusters with their strongest keywords.
  static let ofSector = Statement(
    "planner.cluster.of_sector",
    """
    SELECT c.id, c.name, c.terms, ARRAY(
      SELECT k.keyword FROM keywords AS k
      WHERE k.account_id = c.account_id AND k.cluster_id = c.id
      ORDER BY k.volume DESC, k.id LIMIT 20)
    FROM clusters AS c
    WHERE c.account_id = $1 AND c.sector_id = $2 AND c.status = 'active'
    ORDER BY c.id DESC LIMIT $3
    """)

  /// $1 account, $2 site, $3 sector, $4 name, $5 description, $6 terms, $7 now.
  static let insert = Statement(
    "planner.cluster.insert",
    """
    INSERT INTO clusters (account_id, site_id, sector_id, name, description, terms, created_at,
      updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING id
    """)

  /// Adds the terms $3 that are new.
  static let extend = Statement(
    "planner.cluster.extend",
    """
    UPDATE clusters SET updated_at = $4, terms = terms || ARRAY(
      SELECT u.term FROM unnest($3::text[]) AS u(term) WHERE u.term <> ALL (terms))
    WHERE account_id = $1 AND id = $2
    """)

  /// Keeps the clusters $2 from being deleted by others.
  static let lock = Statement(
    "planner.cluster.lock",
    """
    SELECT id FROM clusters WHERE account_id = $1 AND id = ANY ($2::bigint[])
    ORDER BY id FOR KEY SHARE
    """)

  /// Keeps cluster $2 from being changed by others.
  static let own = Statement(
    "planner.cluster.own",
    "SELECT id FROM clusters WHERE account_id = $1 AND id = $2 FOR UPDATE")

  /// $1 account, $2 ids, $3 sites within reach or NULL; the last column: it has active keywords.
  static let find = Statement(
    "planner.cluster.find",
    """
    SELECT c.id, c.site_id, c.sector_id, c.name, c.terms, EXISTS (
      SELECT FROM keywords AS k
      WHERE k.account_id = c.account_id AND k.cluster_id = c.id AND k.status = 'active')
    FROM clusters AS c
    WHERE c.account_id = $1 AND c.id = ANY ($2::bigint[])
      AND ($3::bigint[] IS NULL OR c.site_id = ANY ($3))
    ORDER BY c.id
    """)

  /// The strongest keywords of cluster $2, $3 at most.
  static let keywords = Statement(
    "planner.cluster.keywords",
    """
    SELECT id, keyword, volume, difficulty, intent FROM keywords
    WHERE account_id = $1 AND cluster_id = $2 AND status = 'active'
    ORDER BY volume DESC, id LIMIT $3
    """)

  /// The sector of cluster $2.
  static let sector = Statement(
    "planner.cluster.sector", "SELECT sector_id FROM clusters WHERE account_id = $1 AND id = $2")

  /// $1 account, $2 cluster, $3 keywords, $4 now.
  static let join = Statement(
    "planner.cluster.join",
    """
    UPDATE keywords SET cluster_id = $2, outlier_at = NULL, updated_at = $4
    WHERE account_id = $1 AND id = ANY ($3::bigint[])
    """)

  /// Frees the keywords $3 that are in cluster $2.
  static let leave = Statement(
    "planner.cluster.leave",
    """
    UPDATE keywords SET cluster_id = NULL, updated_at = $4
    WHERE account_id = $1 AND cluster_id = $2 AND id = ANY ($3::bigint[])
    """)
}
