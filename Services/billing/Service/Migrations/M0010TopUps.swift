import Postgres

/// Credits bought by themselves when they run low; what accounts are told of low credits.
let m0010TopUps = Migration(
  number: 10, name: "top_ups",
  sql: """
    CREATE TABLE auto_top_ups (
      account_id bigint CONSTRAINT auto_top_ups_pkey PRIMARY KEY
        CONSTRAINT auto_top_ups_account REFERENCES credit_accounts,
      is_enabled boolean NOT NULL,
      -- a balance at or below it is a crossing, while armed
      threshold bigint NOT NULL CONSTRAINT auto_top_ups_threshold CHECK (threshold >= 0),
      package_id bigint NOT NULL CONSTRAINT auto_top_ups_package REFERENCES credit_packages,
      -- in the smallest unit of the package's currency
      monthly_cap bigint NOT NULL CONSTRAINT auto_top_ups_cap CHECK (monthly_cap > 0),
      is_armed boolean NOT NULL DEFAULT true,
      updated_at timestamptz NOT NULL
    );

    CREATE TABLE top_ups (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      state text NOT NULL DEFAULT 'due'
        CONSTRAINT top_ups_state CHECK (state IN ('due', 'ordered', 'refused')),
      balance bigint NOT NULL,
      payment_id bigint,
      -- the card that is charged, as its provider knows it
      card_customer text,
      card_method text,
      problem text,
      created_at timestamptz NOT NULL,
      CONSTRAINT top_ups_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT top_ups_payment FOREIGN KEY (account_id, payment_id) REFERENCES payments
    );
    CREATE INDEX top_ups_due ON top_ups (id) WHERE state = 'due';
    CREATE INDEX top_ups_paid_by ON top_ups (account_id, payment_id);

    CREATE TABLE credit_notices (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      kind text NOT NULL CONSTRAINT credit_notices_kind CHECK (kind IN ('low', 'refused')),
      percent integer,
      required bigint,
      balance bigint NOT NULL,
      available bigint NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      dismissed_at timestamptz,
      dismissed_by bigint,
      CONSTRAINT credit_notices_pkey PRIMARY KEY (account_id, id)
    );
    \(["auto_top_ups", "top_ups", "credit_notices"].map(RowSecurity.enable)
      .joined(separator: "\n"))
    """)
