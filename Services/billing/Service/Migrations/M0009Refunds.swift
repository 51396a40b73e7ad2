import Postgres

/// What was paid back.
let m0009Refunds = Migration(
  number: 9, name: "refunds",
  sql: """
    CREATE TABLE refunds (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      payment_id bigint NOT NULL,
      -- in the payment's currency's smallest unit
      amount bigint NOT NULL CONSTRAINT refunds_amount CHECK (amount > 0),
      currency text NOT NULL,
      status text NOT NULL DEFAULT 'processing' CONSTRAINT refunds_status
        CHECK (status IN ('processing', 'succeeded', 'failed')),
      reason text NOT NULL,
      -- what the amount bought, and what of it was still there to be taken back
      credits bigint NOT NULL DEFAULT 0,
      credits_taken bigint NOT NULL DEFAULT 0,
      provider_refund text,
      failure_reason text,
      user_id bigint,
      check_at timestamptz,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      processed_at timestamptz,
      CONSTRAINT refunds_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT refunds_payment FOREIGN KEY (account_id, payment_id) REFERENCES payments,
      CONSTRAINT refunds_taken CHECK (credits_taken BETWEEN 0 AND credits)
    );
    CREATE UNIQUE INDEX refunds_provider ON refunds (account_id, provider_refund)
      WHERE provider_refund IS NOT NULL;
    CREATE INDEX refunds_of ON refunds (account_id, payment_id, id);
    CREATE INDEX refunds_check ON refunds (check_at)
      WHERE status = 'processing' AND check_at IS NOT NULL;
    \(RowSecurity.enable("refunds"))
    """)
