import Postgres

/// What lists show of a site's keys.
let m0006SiteKeys = Migration(
  number: 6, name: "site keys",
  sql: """
    ALTER TABLE site_api_keys ADD COLUMN prefix text NOT NULL DEFAULT '';
    ALTER TABLE site_api_keys ADD COLUMN created_by bigint;
    CREATE INDEX site_api_keys_of_site ON site_api_keys (account_id, site_id);
    """)
