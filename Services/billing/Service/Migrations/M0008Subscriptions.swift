import Postgres

/// Plans that change, end and renew by terms; their history.
let m0008Subscriptions = Migration(
  number: 8, name: "subscriptions",
  sql: """
    -- A year costs what ten months cost, whoever writes the price.
    ALTER TABLE plans DROP COLUMN annual_price;
    ALTER TABLE plans ADD COLUMN annual_price numeric(12,2)
      GENERATED ALWAYS AS (price * 10) STORED;

    ALTER TABLE subscriptions
      ADD COLUMN cycle text NOT NULL DEFAULT 'monthly'
        CONSTRAINT subscriptions_cycle CHECK (cycle IN ('monthly', 'annual')),
      ADD COLUMN term_start timestamptz,
      ADD COLUMN term_end timestamptz,
      ADD COLUMN term_invoice_id bigint,
      ADD COLUMN owed_since timestamptz,
      ADD COLUMN next_plan_id bigint
        CONSTRAINT subscriptions_next_plan REFERENCES plans,
      ADD COLUMN next_cycle text
        CONSTRAINT subscriptions_next_cycle CHECK (next_cycle IN ('monthly', 'annual')),
      ADD COLUMN pending_cycle text
        CONSTRAINT subscriptions_pending_cycle CHECK (pending_cycle IN ('monthly', 'annual')),
      ADD COLUMN pending_term_start timestamptz,
      ADD COLUMN pending_term_end timestamptz,
      ADD COLUMN pending_credits bigint,
      ADD COLUMN pending_invoice_id bigint,
      ADD COLUMN pending_due_at timestamptz,
      ADD COLUMN pending_is_paid boolean NOT NULL DEFAULT false,
      ADD CONSTRAINT subscriptions_term CHECK ((term_start IS NULL) = (term_end IS NULL)),
      ADD CONSTRAINT subscriptions_next CHECK ((next_plan_id IS NULL) = (next_cycle IS NULL)),
      ADD CONSTRAINT subscriptions_pending CHECK (pending_due_at IS NULL
        OR pending_plan_id IS NOT NULL AND pending_cycle IS NOT NULL
          AND pending_term_start IS NOT NULL AND pending_term_end IS NOT NULL
          AND pending_credits IS NOT NULL);
    CREATE INDEX subscriptions_pending_due ON subscriptions (pending_due_at)
      WHERE pending_due_at IS NOT NULL;

    CREATE TABLE subscription_history (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      what text NOT NULL,
      note text NOT NULL,
      plan_id bigint NOT NULL,
      cycle text NOT NULL,
      user_id bigint,
      created_at timestamptz NOT NULL,
      CONSTRAINT subscription_history_pkey PRIMARY KEY (account_id, id)
    );
    CREATE TRIGGER subscription_history_append_only
      BEFORE UPDATE OR DELETE OR TRUNCATE ON subscription_history
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    \(RowSecurity.enable("subscription_history"))

    CREATE TABLE credit_cost_history (
      id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT credit_cost_history_pkey PRIMARY KEY,
      operation text NOT NULL,
      credits bigint NOT NULL,
      unit_size bigint NOT NULL,
      display_name text NOT NULL,
      is_active boolean NOT NULL,
      effective_from timestamptz NOT NULL,
      changed_by bigint
    );
    CREATE INDEX credit_cost_history_time ON credit_cost_history (operation, id);
    INSERT INTO credit_cost_history
      (operation, credits, unit_size, display_name, is_active, effective_from, changed_by)
    SELECT operation, credits, unit_size, display_name, is_active, updated_at, updated_by
    FROM credit_cost_configs ORDER BY operation;
    CREATE TRIGGER credit_cost_history_append_only
      BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_cost_history
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    """)
