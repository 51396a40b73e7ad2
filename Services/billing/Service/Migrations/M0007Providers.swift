import Postgres

/// News of payment providers, each taken once; when to look how a payment stands there.
let m0007Providers = Migration(
  number: 7, name: "providers",
  sql: """
    CREATE TABLE provider_events (
      provider text NOT NULL,
      event_id text NOT NULL,
      type text NOT NULL,
      payment_id bigint,
      outcome text NOT NULL,
      received_at timestamptz NOT NULL,
      CONSTRAINT provider_events_pkey PRIMARY KEY (provider, event_id)
    );

    ALTER TABLE payments ADD COLUMN check_at timestamptz;
    ALTER TABLE payments ADD COLUMN checks integer NOT NULL DEFAULT 0;
    CREATE INDEX payments_check ON payments (check_at)
      WHERE status = 'processing' AND check_at IS NOT NULL;
    """)
