import Postgres

/// Where people are signed in, and the second factor that some of them sign in with.
let m0005Sessions = Migration(
  number: 5, name: "sessions",
  sql: """
    -- One for each family of refresh tokens.
    CREATE TABLE sessions (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      user_id bigint NOT NULL,
      family text NOT NULL,
      user_agent text NOT NULL DEFAULT '',
      address text,
      created_at timestamptz NOT NULL,
      last_used_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      revoked_at timestamptz,
      CONSTRAINT sessions_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT sessions_family UNIQUE (account_id, family),
      CONSTRAINT sessions_user FOREIGN KEY (account_id, user_id)
        REFERENCES users ON DELETE CASCADE
    );
    CREATE INDEX sessions_of_user ON sessions (account_id, user_id);
    CREATE INDEX sessions_age ON sessions (expires_at);

    SELECT set_config('app.account_id', 'all', true);
    INSERT INTO sessions (account_id, user_id, family, created_at, last_used_at, expires_at,
      revoked_at)
    SELECT account_id, user_id, family, min(created_at), max(created_at), max(expires_at),
      CASE WHEN bool_and(revoked_at IS NOT NULL) THEN max(revoked_at) END
    FROM refresh_tokens GROUP BY account_id, user_id, family;
    SELECT set_config('app.account_id', '', true);

    -- `secret` is sealed; `last_step` is the time step of the latest code that was taken, which no
    -- later code may repeat.
    CREATE TABLE two_factor (
      account_id bigint NOT NULL,
      user_id bigint NOT NULL,
      secret text NOT NULL,
      created_at timestamptz NOT NULL,
      confirmed_at timestamptz,
      last_step bigint NOT NULL DEFAULT 0,
      CONSTRAINT two_factor_pkey PRIMARY KEY (account_id, user_id),
      CONSTRAINT two_factor_user FOREIGN KEY (account_id, user_id)
        REFERENCES users ON DELETE CASCADE
    );
    CREATE TABLE recovery_codes (
      account_id bigint NOT NULL,
      user_id bigint NOT NULL,
      hash bytea NOT NULL,
      created_at timestamptz NOT NULL,
      used_at timestamptz,
      CONSTRAINT recovery_codes_pkey PRIMARY KEY (account_id, user_id, hash),
      CONSTRAINT recovery_codes_of FOREIGN KEY (account_id, user_id)
        REFERENCES two_factor ON DELETE CASCADE
    );

    \(["sessions", "two_factor", "recovery_codes"].map(RowSecurity.enable)
      .joined(separator: "\n"))
    """)
