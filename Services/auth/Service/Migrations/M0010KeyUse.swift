import Postgres

/// When keys of sites were last used, and from where.
let m0010KeyUse = Migration(
  number: 10, name: "key use",
  sql: """
    ALTER TABLE site_api_keys
      ADD COLUMN last_used_at timestamptz,
      ADD COLUMN last_used_from text;
    """)
