import Postgres

/// Archives of accounts: who asked, how far it is, which files it has, its bytes.
let m0009Exports = Migration(
  number: 9, name: "exports",
  sql: """
    -- `context` and `place` tell whose data come next and from where, `chunks`, `size` and `files`
    -- how much was written: whoever goes on with it needs nothing else.
    CREATE TABLE account_exports (
      account_id bigint NOT NULL CONSTRAINT account_exports_account REFERENCES accounts,
      id bigint GENERATED ALWAYS AS IDENTITY,
      state text NOT NULL DEFAULT 'queued' CONSTRAINT account_exports_state
        CHECK (state IN ('queued', 'running', 'ready', 'failed', 'expired')),
      requested_by bigint,
      context text NOT NULL DEFAULT '',
      place text NOT NULL DEFAULT '',
      chunks bigint NOT NULL DEFAULT 0,
      size bigint NOT NULL DEFAULT 0,
      files bigint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      ready_at timestamptz,
      expires_at timestamptz,
      CONSTRAINT account_exports_pkey PRIMARY KEY (account_id, id)
    );
    CREATE UNIQUE INDEX account_exports_open ON account_exports (account_id)
      WHERE state IN ('queued', 'running');
    CREATE INDEX account_exports_age ON account_exports (state, updated_at);

    -- The last one is still being written while the archive is.
    CREATE TABLE account_export_files (
      account_id bigint NOT NULL,
      export_id bigint NOT NULL,
      number bigint NOT NULL,
      source text NOT NULL,
      part bigint NOT NULL,
      checksum bigint NOT NULL,
      size bigint NOT NULL,
      packed bigint NOT NULL,
      start bigint NOT NULL,
      CONSTRAINT account_export_files_pkey PRIMARY KEY (account_id, export_id, number),
      CONSTRAINT account_export_files_export FOREIGN KEY (account_id, export_id)
        REFERENCES account_exports ON DELETE CASCADE
    );
    CREATE TABLE account_export_chunks (
      account_id bigint NOT NULL,
      export_id bigint NOT NULL,
      number bigint NOT NULL,
      body bytea NOT NULL,
      CONSTRAINT account_export_chunks_pkey PRIMARY KEY (account_id, export_id, number),
      CONSTRAINT account_export_chunks_export FOREIGN KEY (account_id, export_id)
        REFERENCES account_exports ON DELETE CASCADE
    );
    -- They are compressed already.
    ALTER TABLE account_export_chunks ALTER COLUMN body SET STORAGE EXTERNAL;

    \(["account_exports", "account_export_files", "account_export_chunks"]
      .map(RowSecurity.enable).joined(separator: "\n"))
    """)
