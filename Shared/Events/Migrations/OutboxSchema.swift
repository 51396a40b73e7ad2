import Postgres

/// The tables of this room, which every service's schema holds.
package enum OutboxSchema {
  /// SQL of `outbox`, `outbox_marker`, `idempotency_keys` and `consumed_events` with their indexes
  /// and row-level security; to be put into one of the service's migrations.
  ///
  /// `outbox.next_at` is both when a message is due (at once, at first) and, while somebody
  /// delivers it, when the lease of that delivery ends; `attempts` counts deliveries and fences
  /// them: only the latest may settle the row. `generation` says which filling of the event stream
  /// an event went to (see `EventStream`).
  package static let migrationSQL = """
    CREATE TABLE outbox (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      route text NOT NULL CONSTRAINT outbox_route CHECK (route IN ('event', 'call')),
      kind text NOT NULL,
      key text,
      payload jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      next_at timestamptz NOT NULL DEFAULT '-infinity',
      attempts integer NOT NULL DEFAULT 0,
      error text,
      done_at timestamptz,
      parked_at timestamptz,
      generation bigint,
      CONSTRAINT outbox_pkey PRIMARY KEY (account_id, id)
    );
    CREATE UNIQUE INDEX outbox_key ON outbox (account_id, kind, key) WHERE key IS NOT NULL;
    CREATE INDEX outbox_due ON outbox (route, next_at, id)
      WHERE done_at IS NULL AND parked_at IS NULL;
    CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
    CREATE INDEX outbox_sent ON outbox (generation)
      WHERE route = 'event' AND done_at IS NOT NULL;
    CREATE INDEX outbox_parked ON outbox (parked_at) WHERE parked_at IS NOT NULL;

    CREATE SEQUENCE outbox_generation;

    CREATE TABLE idempotency_keys (
      account_id bigint NOT NULL,
      method text NOT NULL,
      key text NOT NULL,
      request_hash bigint NOT NULL,
      answer bytea,
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT idempotency_keys_pkey PRIMARY KEY (account_id, method, key)
    );
    CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

    CREATE TABLE consumed_events (
      account_id bigint NOT NULL,
      consumer text NOT NULL,
      event_id text NOT NULL,
      consumed_at timestamptz NOT NULL DEFAULT now(),
      refused text,
      event jsonb,
      CONSTRAINT consumed_events_pkey PRIMARY KEY (account_id, consumer, event_id)
    );
    CREATE INDEX consumed_events_age ON consumed_events (consumed_at);

    """
    + ["outbox", "idempotency_keys", "consumed_events"].map(RowSecurity.enable)
    .joined(separator: "\n")
}
