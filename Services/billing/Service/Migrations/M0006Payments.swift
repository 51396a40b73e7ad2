import Postgres

/// Payments, methods of paying, and where which is offered.
let m0006Payments = Migration(
  number: 6, name: "payments",
  sql: """
    CREATE TABLE payment_method_configs (
      id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT payment_method_configs_pkey PRIMARY KEY,
      payment_method text NOT NULL CONSTRAINT payment_method_configs_method
        CHECK (payment_method IN (\(ways))),
      country_code text NOT NULL DEFAULT '' CONSTRAINT payment_method_configs_country
        CHECK (country_code ~ '^([A-Z]{2})?$'),
      display_name text NOT NULL,
      is_enabled boolean NOT NULL DEFAULT true,
      instructions text NOT NULL DEFAULT '',
      details jsonb NOT NULL DEFAULT '{}',
      sort_order integer NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT payment_method_configs_place UNIQUE (country_code, payment_method)
    );
    INSERT INTO payment_method_configs (payment_method, display_name, instructions, sort_order)
    VALUES
      ('stripe', 'Card', '', 1),
      ('paypal', 'PayPal', '', 2),
      ('bank_transfer', 'Bank transfer',
        'Transfer the amount to the account named on the invoice, with the invoice''s number as '
        'its purpose; then submit the transfer''s reference.', 3);

    CREATE TABLE payments (
      account_id bigint NOT NULL CONSTRAINT payments_account REFERENCES credit_accounts,
      id bigint GENERATED ALWAYS AS IDENTITY,
      invoice_id bigint NOT NULL,
      status text NOT NULL CONSTRAINT payments_status CHECK (status IN ('processing',
        'pending_approval', 'succeeded', 'completed', 'failed', 'refunded', 'cancelled')),
      method text NOT NULL CONSTRAINT payments_method CHECK (method IN (\(ways))),
      -- in the currency's smallest unit
      amount bigint NOT NULL CONSTRAINT payments_amount CHECK (amount > 0),
      currency text NOT NULL,
      refunded bigint NOT NULL DEFAULT 0
        CONSTRAINT payments_refunded CHECK (refunded BETWEEN 0 AND amount),
      description text NOT NULL,
      package_id bigint CONSTRAINT payments_package REFERENCES credit_packages,
      credits bigint CONSTRAINT payments_credits CHECK (credits > 0),
      -- the lot that its credits came in
      lot_number bigint,
      intent_id text,
      charge_id text,
      manual_reference text NOT NULL DEFAULT '',
      manual_notes text NOT NULL DEFAULT '',
      proof_text text NOT NULL DEFAULT '',
      proof_url text NOT NULL DEFAULT '',
      approved_by bigint,
      approved_at timestamptz,
      admin_notes text NOT NULL DEFAULT '',
      failure_reason text,
      user_id bigint,
      processed_at timestamptz,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT payments_pkey PRIMARY KEY (account_id, id)
    );
    -- An invoice waits for one payment at a time.
    CREATE UNIQUE INDEX payments_waiting ON payments (account_id, invoice_id)
      WHERE status IN ('processing', 'pending_approval');
    CREATE UNIQUE INDEX payments_intent ON payments (intent_id, method)
      WHERE intent_id IS NOT NULL;
    CREATE INDEX payments_charge ON payments (charge_id, method) WHERE charge_id IS NOT NULL;
    CREATE INDEX payments_pending ON payments (id) WHERE status = 'pending_approval';
    CREATE INDEX payments_id ON payments (id);
    CREATE INDEX payments_invoice ON payments (account_id, invoice_id);

    CREATE TABLE payment_methods (
      account_id bigint NOT NULL CONSTRAINT payment_methods_account REFERENCES credit_accounts,
      id bigint GENERATED ALWAYS AS IDENTITY,
      type text NOT NULL CONSTRAINT payment_methods_type CHECK (type IN (\(ways))),
      display_name text NOT NULL,
      is_default boolean NOT NULL DEFAULT false,
      is_enabled boolean NOT NULL DEFAULT true,
      country_code text NOT NULL DEFAULT ''
        CONSTRAINT payment_methods_country CHECK (country_code ~ '^([A-Z]{2})?$'),
      instructions text NOT NULL DEFAULT '',
      brand text NOT NULL DEFAULT '',
      last4 text NOT NULL DEFAULT '',
      exp_month integer,
      exp_year integer,
      provider_customer text,
      provider_method text,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT payment_methods_pkey PRIMARY KEY (account_id, id)
    );
    CREATE UNIQUE INDEX payment_methods_default ON payment_methods (account_id) WHERE is_default;
    CREATE UNIQUE INDEX payment_methods_provider
      ON payment_methods (account_id, provider_method) WHERE provider_method IS NOT NULL;
    CREATE INDEX payment_methods_id ON payment_methods (id);

    \(["payments", "payment_methods"].map(RowSecurity.enable)
      .joined(separator: "\n"))
    """)

private let ways = "'stripe', 'paypal', 'bank_transfer', 'local_wallet', 'manual'"
