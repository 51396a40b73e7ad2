import Postgres

/// What differs from the defaults of an account's AI functions.
let m0011AISettings = Migration(
  number: 11, name: "ai settings",
  sql: """
    CREATE TABLE ai_settings (
      account_id bigint NOT NULL CONSTRAINT ai_settings_account REFERENCES accounts,
      key text NOT NULL,
      value jsonb NOT NULL,
      updated_by bigint,
      updated_at timestamptz NOT NULL,
      CONSTRAINT ai_settings_pkey PRIMARY KEY (account_id, key)
    );
    \(RowSecurity.enable("ai_settings"))
    """)
