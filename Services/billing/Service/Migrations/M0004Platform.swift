import Postgres

/// The plan of the platform's own account, which nobody can ask for.
let m0004Platform = Migration(
  number: 4, name: "platform",
  sql: """
    INSERT INTO plans (name, slug, included_credits, support_level, is_active, max_users,
      max_sites, max_industries, max_author_profiles)
    VALUES ('Platform', 'platform', 1000000, 'internal', false, 1000, 1000, 1000, 1000);
    """)
