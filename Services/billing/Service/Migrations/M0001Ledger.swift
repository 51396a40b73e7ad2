import Events
import Postgres

/// Credit accounts and what hangs on them: lots, holds, entries, usage, subscriptions; the
/// catalogue.
let m0001Ledger = Migration(
  number: 1, name: "ledger",
  sql: """
    CREATE TABLE plans (
      id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT plans_pkey PRIMARY KEY,
      name text NOT NULL,
      slug text NOT NULL CONSTRAINT plans_slug UNIQUE,
      price numeric(12,2) NOT NULL DEFAULT 0 CONSTRAINT plans_price CHECK (price >= 0),
      annual_price numeric(12,2) NOT NULL DEFAULT 0,
      currency text NOT NULL DEFAULT 'USD',
      billing_cycle text NOT NULL DEFAULT 'monthly'
        CONSTRAINT plans_billing_cycle CHECK (billing_cycle IN ('monthly', 'annual')),
      included_credits bigint NOT NULL CONSTRAINT plans_included CHECK (included_credits >= 0),
      extra_credit_price numeric(12,2) NOT NULL DEFAULT 0,
      allow_credit_topup boolean NOT NULL DEFAULT true,
      auto_credit_topup_threshold bigint,
      auto_credit_topup_amount bigint,
      support_level text NOT NULL DEFAULT 'community',
      features jsonb NOT NULL DEFAULT '[]',
      is_active boolean NOT NULL DEFAULT true,
      max_users bigint NOT NULL,
      max_sites bigint NOT NULL,
      max_industries bigint NOT NULL,
      max_author_profiles bigint NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );

    CREATE TABLE credit_cost_configs (
      operation text CONSTRAINT credit_cost_configs_pkey PRIMARY KEY,
      credits bigint NOT NULL CONSTRAINT credit_cost_configs_credits CHECK (credits > 0),
      unit text NOT NULL,
      unit_size bigint NOT NULL CONSTRAINT credit_cost_configs_unit_size CHECK (unit_size > 0),
      display_name text NOT NULL,
      is_active boolean NOT NULL DEFAULT true,
      updated_at timestamptz NOT NULL DEFAULT now(),
      updated_by bigint
    );

    CREATE TABLE credit_packages (
      id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT credit_packages_pkey PRIMARY KEY,
      name text NOT NULL,
      slug text NOT NULL CONSTRAINT credit_packages_slug UNIQUE,
      credits bigint NOT NULL CONSTRAINT credit_packages_credits CHECK (credits > 0),
      price numeric(12,2) NOT NULL,
      currency text NOT NULL DEFAULT 'USD',
      description text NOT NULL DEFAULT '',
      is_active boolean NOT NULL DEFAULT true,
      sort_order integer NOT NULL DEFAULT 0
    );

    CREATE TABLE subscriptions (
      account_id bigint NOT NULL CONSTRAINT subscriptions_account UNIQUE,
      id bigint GENERATED ALWAYS AS IDENTITY,
      plan_id bigint NOT NULL CONSTRAINT subscriptions_plan REFERENCES plans,
      status text NOT NULL DEFAULT 'active'
        CONSTRAINT subscriptions_status CHECK (status IN ('active', 'cancelled')),
      current_period_start timestamptz NOT NULL,
      current_period_end timestamptz NOT NULL,
      cancel_at_period_end boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL,
      CONSTRAINT subscriptions_pkey PRIMARY KEY (account_id, id)
    );
    CREATE INDEX subscriptions_due ON subscriptions (current_period_end) WHERE status = 'active';

    CREATE TABLE credit_accounts (
      account_id bigint CONSTRAINT credit_accounts_pkey PRIMARY KEY,
      balance bigint NOT NULL DEFAULT 0 CONSTRAINT credit_accounts_balance CHECK (balance >= 0),
      reserved bigint NOT NULL DEFAULT 0,
      seq bigint NOT NULL DEFAULT 0,
      head bytea NOT NULL,
      lot_count bigint NOT NULL DEFAULT 0,
      low_level smallint NOT NULL DEFAULT 0,
      refusal_told boolean NOT NULL DEFAULT false,
      allows_overage boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL,
      CONSTRAINT credit_accounts_reserved CHECK (reserved BETWEEN 0 AND balance)
    ) WITH (fillfactor = 50);

    CREATE TABLE credit_lots (
      account_id bigint NOT NULL CONSTRAINT credit_lots_account REFERENCES credit_accounts,
      number bigint NOT NULL,
      kind text NOT NULL CONSTRAINT credit_lots_kind
        CHECK (kind IN ('plan', 'purchased', 'promotional', 'adjustment')),
      granted bigint NOT NULL CONSTRAINT credit_lots_granted CHECK (granted > 0),
      free bigint NOT NULL CONSTRAINT credit_lots_free CHECK (free >= 0),
      held bigint NOT NULL CONSTRAINT credit_lots_held CHECK (held >= 0),
      is_live boolean GENERATED ALWAYS AS (free > 0 OR held > 0) STORED,
      created_at timestamptz NOT NULL,
      expires_at timestamptz,
      CONSTRAINT credit_lots_pkey PRIMARY KEY (account_id, number),
      CONSTRAINT credit_lots_parts CHECK (free + held <= granted)
    ) WITH (fillfactor = 50);
    CREATE INDEX credit_lots_live ON credit_lots (account_id) WHERE is_live;
    CREATE INDEX credit_lots_due ON credit_lots (expires_at)
      WHERE is_live AND expires_at IS NOT NULL;

    CREATE TABLE credit_holds (
      account_id bigint NOT NULL CONSTRAINT credit_holds_account REFERENCES credit_accounts,
      id bigint GENERATED ALWAYS AS IDENTITY,
      key text NOT NULL,
      operation text NOT NULL,
      reference text NOT NULL,
      credits bigint NOT NULL CONSTRAINT credit_holds_credits CHECK (credits > 0),
      lot_numbers bigint[] NOT NULL,
      lot_credits bigint[] NOT NULL,
      price_credits bigint NOT NULL,
      price_unit text NOT NULL,
      price_unit_size bigint NOT NULL,
      site_id bigint,
      user_id bigint,
      state text NOT NULL DEFAULT 'open' CONSTRAINT credit_holds_state
        CHECK (state IN ('open', 'captured', 'released', 'expired')),
      captured_credits bigint,
      shortfall bigint,
      reason text,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      closed_at timestamptz,
      CONSTRAINT credit_holds_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT credit_holds_key UNIQUE (account_id, key)
    ) WITH (fillfactor = 70);
    CREATE INDEX credit_holds_due ON credit_holds (expires_at, account_id) WHERE state = 'open';

    CREATE TABLE credit_transactions (
      account_id bigint NOT NULL CONSTRAINT credit_transactions_account REFERENCES credit_accounts,
      id bigint GENERATED ALWAYS AS IDENTITY,
      seq bigint NOT NULL,
      type text NOT NULL CONSTRAINT credit_transactions_type
        CHECK (type IN ('purchase', 'subscription', 'refund', 'deduction', 'adjustment')),
      amount bigint NOT NULL,
      balance_after bigint NOT NULL
        CONSTRAINT credit_transactions_balance CHECK (balance_after >= 0),
      description text NOT NULL,
      reference text NOT NULL,
      key text,
      hold_id bigint,
      lot_numbers bigint[] NOT NULL,
      lot_amounts bigint[] NOT NULL,
      -- text, so that the very bytes that were hashed are kept
      metadata text NOT NULL,
      hash bytea NOT NULL,
      created_at timestamptz NOT NULL,
      CONSTRAINT credit_transactions_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT credit_transactions_seq UNIQUE (account_id, seq),
      CONSTRAINT credit_transactions_hold CHECK ((type = 'deduction') = (hold_id IS NOT NULL))
    );
    CREATE UNIQUE INDEX credit_transactions_key ON credit_transactions (account_id, key)
      WHERE key IS NOT NULL;

    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
    END $$;
    CREATE TRIGGER credit_transactions_append_only
      BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_transactions
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    CREATE TABLE credit_usage_logs (
      account_id bigint NOT NULL CONSTRAINT credit_usage_logs_account REFERENCES credit_accounts,
      id bigint GENERATED ALWAYS AS IDENTITY,
      entry_seq bigint NOT NULL,
      hold_id bigint NOT NULL,
      operation_type text NOT NULL,
      credits_used bigint NOT NULL,
      shortfall bigint NOT NULL DEFAULT 0,
      cost_usd numeric(14,6) NOT NULL DEFAULT 0,
      model_used text NOT NULL,
      tokens_input bigint NOT NULL,
      tokens_output bigint NOT NULL,
      related_object_type text NOT NULL,
      related_object_id bigint,
      site_id bigint,
      user_id bigint,
      metadata jsonb NOT NULL DEFAULT '{}',
      created_at timestamptz NOT NULL,
      CONSTRAINT credit_usage_logs_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT credit_usage_logs_entry UNIQUE (account_id, entry_seq)
    );
    CREATE INDEX credit_usage_logs_time ON credit_usage_logs (account_id, created_at);

    \(tenantTables.map(RowSecurity.enable).joined(separator: "\n"))
    \(OutboxSchema.migrationSQL)
    """)

private let tenantTables = [
  "subscriptions", "credit_accounts", "credit_lots", "credit_holds", "credit_transactions",
  "credit_usage_logs",
]
