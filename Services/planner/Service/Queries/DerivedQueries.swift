import Resources

/// Fields that are computed; the row is called `t`.
enum DerivedQueries {
  static let clusterName = DerivedColumn.sql(
    "cluster_name",
    """
    SELECT c.name FROM clusters AS c
    WHERE c.account_id = t.account_id AND c.id = t.cluster_id
    """)

  static let ofCluster: [DerivedColumn] = [
    .sql("keywords_count", "SELECT count(*) \(itsKeywords)"), .sql("volume", volume),
    .sql(
      "difficulty",
      "SELECT coalesce(round(avg(k.difficulty)), 0)::bigint \(itsKeywords)"),
    .sql("ideas_count", "SELECT count(*) \(itsIdeas)"),
    .sql("content_count", "SELECT count(*) \(itsContents)"),
  ]

  static let itsIdeas = """
    FROM content_ideas AS i WHERE i.account_id = t.account_id AND i.cluster_id = t.id
    """

  static let itsContents = """
    FROM cluster_contents AS w WHERE w.account_id = t.account_id AND w.cluster_id = t.id
    """

  static let volume = "SELECT coalesce(sum(k.volume), 0)::bigint \(itsKeywords)"

  private static let itsKeywords = """
    FROM keywords AS k WHERE k.account_id = t.account_id AND k.cluster_id = t.id
    """
}
