import Postgres

/// Keywords remember that clustering saw them and found no cluster.
let m0002Outliers = Migration(
  number: 2, name: "outliers",
  sql: """
    ALTER TABLE keywords ADD COLUMN outlier_at timestamptz;
    CREATE INDEX keywords_unseen ON keywords (account_id, site_id, id)
      WHERE cluster_id IS NULL AND status = 'active' AND outlier_at IS NULL;
    CREATE INDEX keywords_outliers ON keywords (account_id, sector_id, id)
      WHERE cluster_id IS NULL AND status = 'active' AND outlier_at IS NOT NULL;
    """)
