import Postgres

/// What people prove with a mail: that a mailbox is theirs, that they may set a new password.
let m0003Mail = Migration(
  number: 3, name: "mail",
  sql: """
    ALTER TABLE users ADD COLUMN email_verified_at timestamptz;

    -- `request` names what the token answers: heard twice, a request leads to one token.
    CREATE TABLE password_reset_tokens (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      user_id bigint NOT NULL,
      request text NOT NULL,
      hash bytea NOT NULL CONSTRAINT password_reset_tokens_hash UNIQUE,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      used_at timestamptz,
      CONSTRAINT password_reset_tokens_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT password_reset_tokens_request UNIQUE (account_id, user_id, request),
      CONSTRAINT password_reset_tokens_user FOREIGN KEY (account_id, user_id)
        REFERENCES users ON DELETE CASCADE
    );
    CREATE INDEX password_reset_tokens_age ON password_reset_tokens (expires_at);

    CREATE TABLE email_verifications (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      user_id bigint NOT NULL,
      email text NOT NULL,
      hash bytea NOT NULL CONSTRAINT email_verifications_hash UNIQUE,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      used_at timestamptz,
      CONSTRAINT email_verifications_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT email_verifications_user FOREIGN KEY (account_id, user_id)
        REFERENCES users ON DELETE CASCADE
    );
    CREATE INDEX email_verifications_of_user ON email_verifications (account_id, user_id);
    CREATE INDEX email_verifications_age ON email_verifications (expires_at);

    \(["password_reset_tokens", "email_verifications"].map(RowSecurity.enable)
      .joined(separator: "\n"))
    """)
