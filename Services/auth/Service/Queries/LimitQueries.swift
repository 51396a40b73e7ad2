import Postgres

/// How much an account has of what its plan limits. $1 account.
enum LimitQueries {
  static let lock = Statement(
    "auth.limit.lock",
    "SELECT account_id FROM accounts WHERE account_id = $1 FOR NO KEY UPDATE")

  static let counts = Statement(
    "auth.limit.counts",
    """
    SELECT (SELECT count(*) FROM users WHERE account_id = $1) AS users,
      (SELECT count(*) FROM sites WHERE account_id = $1) AS sites,
      (SELECT count(DISTINCT industry_id) FROM sites WHERE account_id = $1) AS industries
    """)

  /// Industries besides $3 of sites besides $2.
  static let otherIndustries = Statement(
    "auth.limit.other_industries",
    """
    SELECT count(DISTINCT industry_id) FROM sites
    WHERE account_id = $1 AND NOT id = ANY ($2) AND industry_id <> $3
    """)

  static let all = [lock, counts, otherIndustries]
}
