import Postgres

/// Tasks say who writes them and why that failed; articles say in whose voice they are.
let m0002Marks = Migration(
  number: 2, name: "marks",
  sql: """
    ALTER TABLE tasks ADD COLUMN work_key text, ADD COLUMN error text;
    ALTER TABLE contents ADD COLUMN author_profile_id bigint;
    """)
