import Postgres

/// When a configuration is due. When a site last ran is told by its runs.
let m0002Schedules = Migration(
  number: 2, name: "schedules",
  sql: """
    ALTER TABLE automation_configs
      DROP COLUMN last_run_at,
      ADD COLUMN is_enabled boolean NOT NULL
        GENERATED ALWAYS AS (COALESCE((config->>'enabled')::boolean, false)) STORED,
      ADD COLUMN next_run_at timestamptz,
      ADD COLUMN last_outcome text;
    CREATE INDEX automation_configs_due ON automation_configs (next_run_at) WHERE is_enabled;
    """)
