import Postgres

/// What differs from the settings' defaults; the keys and types are the catalogue's.
let m0007Settings = Migration(
  number: 7, name: "settings",
  sql: """
    CREATE TABLE system_settings (
      key text CONSTRAINT system_settings_pkey PRIMARY KEY,
      value jsonb NOT NULL,
      updated_by bigint,
      updated_at timestamptz NOT NULL
    );
    CREATE TABLE account_settings (
      account_id bigint NOT NULL CONSTRAINT account_settings_account REFERENCES accounts,
      key text NOT NULL,
      value jsonb NOT NULL,
      updated_by bigint,
      updated_at timestamptz NOT NULL,
      CONSTRAINT account_settings_pkey PRIMARY KEY (account_id, key)
    );
    CREATE TABLE user_settings (
      account_id bigint NOT NULL,
      user_id bigint NOT NULL,
      key text NOT NULL,
      value jsonb NOT NULL,
      updated_by bigint,
      updated_at timestamptz NOT NULL,
      CONSTRAINT user_settings_pkey PRIMARY KEY (account_id, user_id, key),
      CONSTRAINT user_settings_user FOREIGN KEY (account_id, user_id)
        REFERENCES users ON DELETE CASCADE
    );
    CREATE TABLE module_settings (
      account_id bigint NOT NULL CONSTRAINT module_settings_account REFERENCES accounts,
      key text NOT NULL,
      value jsonb NOT NULL,
      updated_by bigint,
      updated_at timestamptz NOT NULL,
      CONSTRAINT module_settings_pkey PRIMARY KEY (account_id, key)
    );
    \(["account_settings", "user_settings", "module_settings"].map(RowSecurity.enable)
      .joined(separator: "\n"))
    """)
