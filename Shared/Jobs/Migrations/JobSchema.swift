import Postgres

/// The tables of this room.
///
/// Claiming must cost the same however many jobs wait. Each step of a claim reads one of four
/// partial indexes and stops after a bounded number of rows:
/// - `jobs_ready` holds the queued jobs that are due, by priority and account. The accounts with
///   work are found by jumping from one account to the next behind it (a loose index scan), at most
///   as many as there are free slots and busy accounts; an account's 10,000 jobs are one jump.
/// - `jobs_scheduled` holds what waits for a time; due rows move to `jobs_ready`, 500 at a time.
/// - `jobs_running` counts what runs per account and finds all leases; no account runs more than
///   its limit, so its size is bounded by the runners' slots and not by the backlog.
/// - `jobs_finished` finds what retention removes.
package enum JobSchema {
  /// SQL of `jobs` and `job_events`; to be put into one of the service's migrations.
  package static let migrationSQL = """
    CREATE TABLE jobs (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      kind text NOT NULL,
      payload jsonb NOT NULL,
      key text,
      priority smallint NOT NULL CONSTRAINT jobs_priority CHECK (priority BETWEEN 0 AND 2),
      state text NOT NULL DEFAULT 'queued' CONSTRAINT jobs_state CHECK (
        state IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
      is_due boolean NOT NULL,
      run_at timestamptz,
      failures integer NOT NULL DEFAULT 0,
      max_attempts integer NOT NULL CONSTRAINT jobs_max_attempts CHECK (max_attempts > 0),
      takeovers integer NOT NULL DEFAULT 0,
      token bigint NOT NULL DEFAULT 0,
      lease_owner text,
      lease_until timestamptz,
      cancel_requested boolean NOT NULL DEFAULT false,
      wake_requested boolean NOT NULL DEFAULT false,
      phase text NOT NULL DEFAULT 'INIT',
      percentage smallint NOT NULL DEFAULT 0,
      message text NOT NULL DEFAULT '',
      current bigint NOT NULL DEFAULT 0,
      total bigint NOT NULL DEFAULT 0,
      items jsonb,
      checkpoint jsonb,
      result jsonb,
      error text,
      error_code text,
      created_at timestamptz NOT NULL,
      started_at timestamptz,
      finished_at timestamptz,
      CONSTRAINT jobs_pkey PRIMARY KEY (account_id, id)
    );
    CREATE UNIQUE INDEX jobs_key ON jobs (account_id, key) WHERE key IS NOT NULL;
    CREATE INDEX jobs_ready ON jobs (priority, account_id, id) WHERE state = 'queued' AND is_due;
    CREATE INDEX jobs_scheduled ON jobs (run_at)
      WHERE state IN ('queued', 'waiting') AND NOT is_due;
    CREATE INDEX jobs_running ON jobs (account_id) WHERE state = 'running';
    CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
    CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;

    CREATE TABLE job_events (
      account_id bigint NOT NULL,
      job_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      at timestamptz NOT NULL,
      kind text NOT NULL CONSTRAINT job_events_kind CHECK (
        kind IN ('retried', 'failed', 'lease_lost', 'cancelled', 'retried_by_hand')),
      attempt integer NOT NULL,
      detail text NOT NULL,
      CONSTRAINT job_events_pkey PRIMARY KEY (account_id, job_id, id)
    );
    CREATE INDEX job_events_age ON job_events (at);

    """ + ["jobs", "job_events"].map(RowSecurity.enable).joined(separator: "\n")

  /// SQL for a later migration of the same service. Accounts are looked through without their rows,
  /// although only those count that have jobs of the runner's kinds. No index holds the end of a
  /// lease any more, and pages keep room, so that a heartbeat writes the row alone. What a queue
  /// leaves behind is vacuumed by its own amount and not by a share of all jobs that are kept.
  package static let lighterSQL = """
    DROP INDEX jobs_leases;
    DROP INDEX jobs_ready;
    CREATE INDEX jobs_ready ON jobs (priority, account_id, id) INCLUDE (kind)
      WHERE state = 'queued' AND is_due;
    ALTER TABLE jobs SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01,
      autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0.02);
    """
}
