import Postgres

/// The slugs that begin alike, found by an index whatever the collation (no slug has a letter that
/// comes after `~`).
///
/// A site's slug is part of a public address, so it must be free among those of all accounts, while
/// the transaction that chooses it sees its own account's rows alone.
let m0012Slugs = Migration(
  number: 12, name: "slugs",
  sql: """
    CREATE INDEX accounts_slug_stem ON accounts (slug text_pattern_ops);
    CREATE INDEX sites_slug_stem ON sites (slug text_pattern_ops);

    CREATE FUNCTION taken_site_slugs(wanted text, stem text) RETURNS SETOF text
    LANGUAGE plpgsql AS $$
    DECLARE
      own text := current_setting('app.account_id', true);
    BEGIN
      PERFORM set_config('app.account_id', 'all', true);
      RETURN QUERY SELECT slug FROM sites
        WHERE slug = wanted OR (slug ~>=~ stem AND slug ~<~ (stem || '~'));
      PERFORM set_config('app.account_id', own, true);
    END $$;
    """)
