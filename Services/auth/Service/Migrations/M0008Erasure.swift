import Postgres

/// Accounts that are to go, and a log whose entries go with their account and no sooner.
let m0008Erasure = Migration(
  number: 8, name: "erasure",
  sql: """
    ALTER TABLE accounts ADD COLUMN erase_at timestamptz;
    -- Set by the transaction that removes the account, just before it does.
    ALTER TABLE accounts ADD COLUMN is_going boolean NOT NULL DEFAULT false;
    CREATE INDEX accounts_erase_at ON accounts (erase_at) WHERE erase_at IS NOT NULL;

    DROP TRIGGER audit_log_append_only ON audit_log;
    CREATE TRIGGER audit_log_append_only
      BEFORE UPDATE OR TRUNCATE ON audit_log
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    CREATE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM 1 FROM accounts a
        WHERE a.account_id = OLD.account_id AND a.is_going AND a.erase_at IS NOT NULL;
      IF FOUND THEN
        RETURN OLD;
      END IF;
      RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
    END $$;
    CREATE TRIGGER audit_log_goes_with_its_account
      BEFORE DELETE ON audit_log
      FOR EACH ROW EXECUTE FUNCTION refuse_delete();
    """)
