import Events
import Jobs
import Postgres

/// Jobs, and the runs of sites' pipelines.
///
/// What a run has done is told by `automation_run_items` alone: each item has one row, whose state
/// changes once, so that no sum is kept twice.
let m0001Pipeline = Migration(
  number: 1, name: "pipeline",
  sql: """
    \(OutboxSchema.migrationSQL)
    \(JobSchema.migrationSQL)

    CREATE TABLE automation_configs (
      account_id bigint NOT NULL,
      site_id bigint NOT NULL,
      config jsonb NOT NULL,
      last_run_at timestamptz,
      updated_at timestamptz NOT NULL,
      CONSTRAINT automation_configs_pkey PRIMARY KEY (account_id, site_id)
    );

    CREATE TABLE automation_runs (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      site_id bigint NOT NULL,
      user_id bigint,
      job_id bigint,
      status text NOT NULL CONSTRAINT automation_runs_status CHECK (
        status IN ('created', 'running', 'paused', 'completed', 'failed', 'cancelled')),
      pause_reason text CONSTRAINT automation_runs_pause_reason CHECK (
        pause_reason IN ('user', 'insufficient_credits', 'credit_cap')
        AND (pause_reason IS NULL) = (status <> 'paused')),
      current_stage smallint NOT NULL DEFAULT 1,
      config jsonb NOT NULL,
      estimate jsonb NOT NULL,
      trigger text NOT NULL DEFAULT 'manual' CONSTRAINT automation_runs_trigger CHECK (
        trigger IN ('manual', 'schedule')),
      error text,
      started_at timestamptz,
      finished_at timestamptz,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT automation_runs_pkey PRIMARY KEY (account_id, id)
    );
    CREATE UNIQUE INDEX automation_runs_active ON automation_runs (account_id, site_id)
      WHERE status IN ('created', 'running', 'paused');
    CREATE INDEX automation_runs_site ON automation_runs (account_id, site_id, id);

    CREATE TABLE automation_run_stages (
      account_id bigint NOT NULL,
      run_id bigint NOT NULL,
      stage smallint NOT NULL CONSTRAINT automation_run_stages_stage CHECK (stage BETWEEN 1 AND 7),
      status text NOT NULL DEFAULT 'pending' CONSTRAINT automation_run_stages_status CHECK (
        status IN ('pending', 'running', 'completed', 'skipped', 'failed')),
      idle_rounds integer NOT NULL DEFAULT 0,
      started_at timestamptz,
      finished_at timestamptz,
      CONSTRAINT automation_run_stages_pkey PRIMARY KEY (account_id, run_id, stage),
      CONSTRAINT automation_run_stages_run FOREIGN KEY (account_id, run_id)
        REFERENCES automation_runs ON DELETE CASCADE
    );

    CREATE TABLE automation_run_items (
      account_id bigint NOT NULL,
      run_id bigint NOT NULL,
      stage smallint NOT NULL,
      item_id bigint NOT NULL,
      position bigint NOT NULL,
      batch integer NOT NULL,
      sector_id bigint NOT NULL,
      label text NOT NULL,
      estimate bigint NOT NULL,
      status text NOT NULL DEFAULT 'pending' CONSTRAINT automation_run_items_status CHECK (
        status IN ('pending', 'done', 'failed', 'skipped')),
      credits bigint NOT NULL DEFAULT 0,
      error text,
      CONSTRAINT automation_run_items_pkey PRIMARY KEY (account_id, run_id, stage, item_id),
      CONSTRAINT automation_run_items_stage FOREIGN KEY (account_id, run_id, stage)
        REFERENCES automation_run_stages ON DELETE CASCADE
    );
    CREATE INDEX automation_run_items_pending
      ON automation_run_items (account_id, run_id, stage, position) WHERE status = 'pending';

    CREATE TABLE automation_run_logs (
      account_id bigint NOT NULL,
      run_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      at timestamptz NOT NULL,
      level text NOT NULL CONSTRAINT automation_run_logs_level CHECK (
        level IN ('info', 'warning', 'error')),
      stage smallint NOT NULL,
      message text NOT NULL,
      CONSTRAINT automation_run_logs_pkey PRIMARY KEY (account_id, run_id, id),
      CONSTRAINT automation_run_logs_run FOREIGN KEY (account_id, run_id)
        REFERENCES automation_runs ON DELETE CASCADE
    );

    """ + tables.map(RowSecurity.enable).joined(separator: "\n"))

private let tables = [
  "automation_configs", "automation_runs", "automation_run_stages", "automation_run_items",
  "automation_run_logs",
]
