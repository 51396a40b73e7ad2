import Postgres

/// People who are asked to join an account.
let m0004Invitations = Migration(
  number: 4, name: "invitations",
  sql: """
    -- `user_id` is a user who was made without a password; without one the acceptance makes it.
    CREATE TABLE invitations (
      account_id bigint NOT NULL CONSTRAINT invitations_account REFERENCES accounts,
      id bigint GENERATED ALWAYS AS IDENTITY,
      email text NOT NULL,
      role text NOT NULL CONSTRAINT invitations_role
        CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
      site_ids bigint[] NOT NULL DEFAULT '{}',
      user_id bigint,
      invited_by bigint,
      hash bytea NOT NULL CONSTRAINT invitations_hash UNIQUE,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      sent_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      accepted_at timestamptz,
      revoked_at timestamptz,
      CONSTRAINT invitations_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT invitations_user FOREIGN KEY (account_id, user_id)
        REFERENCES users ON DELETE CASCADE
    );
    CREATE UNIQUE INDEX invitations_pending ON invitations (account_id, email)
      WHERE accepted_at IS NULL AND revoked_at IS NULL;
    CREATE INDEX invitations_of_user ON invitations (account_id, user_id)
      WHERE user_id IS NOT NULL;
    \(RowSecurity.enable("invitations"))
    """)
