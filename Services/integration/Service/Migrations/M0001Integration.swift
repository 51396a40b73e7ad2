import Events
import Postgres

/// What accounts tell the AI, which providers they use, what was asked of them, what was delivered.
let m0001Integration = Migration(
  number: 1, name: "integration",
  sql: """
    CREATE TABLE provider_settings (
      account_id bigint NOT NULL,
      provider text NOT NULL CONSTRAINT provider_settings_provider
        CHECK (provider IN ('openai', 'openai_compatible')),
      is_active boolean NOT NULL,
      api_key text,
      api_key_hint text NOT NULL DEFAULT '',
      base_url text,
      model text,
      image_model text,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT provider_settings_pkey PRIMARY KEY (account_id, provider)
    );

    CREATE TABLE prompts (
      account_id bigint NOT NULL,
      prompt_type text NOT NULL,
      version bigint NOT NULL,
      prompt_value text NOT NULL,
      is_current boolean NOT NULL,
      created_by bigint,
      created_at timestamptz NOT NULL,
      CONSTRAINT prompts_pkey PRIMARY KEY (account_id, prompt_type, version)
    );
    CREATE UNIQUE INDEX prompts_current ON prompts (account_id, prompt_type) WHERE is_current;

    CREATE TABLE author_profiles (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      name text NOT NULL,
      description text NOT NULL DEFAULT '',
      tone text NOT NULL DEFAULT '',
      language text NOT NULL DEFAULT 'en',
      structure_template jsonb NOT NULL DEFAULT '{}',
      is_active boolean NOT NULL DEFAULT true,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT author_profiles_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT author_profiles_name UNIQUE (account_id, name)
    );

    CREATE TABLE strategies (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      name text NOT NULL,
      description text NOT NULL DEFAULT '',
      sector_id bigint,
      prompt_types jsonb NOT NULL DEFAULT '{}',
      section_logic jsonb NOT NULL DEFAULT '{}',
      is_active boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT strategies_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT strategies_name UNIQUE (account_id, name)
    );
    CREATE UNIQUE INDEX strategies_active
      ON strategies (account_id, coalesce(sector_id, 0)) WHERE is_active;

    CREATE TABLE ai_task_logs (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      function text NOT NULL,
      task_id text NOT NULL,
      hold_id bigint NOT NULL,
      site_id bigint,
      sector_id bigint,
      provider text NOT NULL,
      model text NOT NULL,
      prompt_version bigint NOT NULL,
      succeeded boolean NOT NULL,
      error_code text,
      error text,
      tries bigint NOT NULL,
      was_repaired boolean NOT NULL,
      was_asked_again boolean NOT NULL,
      tokens_input bigint NOT NULL,
      tokens_output bigint NOT NULL,
      cost_micros bigint NOT NULL,
      duration_ms bigint NOT NULL,
      created_at timestamptz NOT NULL,
      CONSTRAINT ai_task_logs_pkey PRIMARY KEY (account_id, id)
    );
    CREATE INDEX ai_task_logs_time ON ai_task_logs (account_id, created_at);

    CREATE TABLE publishing_records (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      site_id bigint NOT NULL,
      content_id bigint NOT NULL,
      integration_id bigint,
      destination text NOT NULL,
      destination_type text NOT NULL,
      status text NOT NULL CONSTRAINT publishing_records_status
        CHECK (status IN ('pending', 'publishing', 'published', 'failed')),
      external_id text,
      external_url text,
      attempts bigint NOT NULL DEFAULT 0,
      last_error text,
      error_code text,
      published_at timestamptz,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT publishing_records_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT publishing_records_delivery UNIQUE (account_id, content_id, destination)
    );
    CREATE INDEX publishing_records_site ON publishing_records (account_id, site_id, id);

    \(tenantTables.map(RowSecurity.enable).joined(separator: "\n"))
    \(OutboxSchema.migrationSQL)
    """)

private let tenantTables = [
  "provider_settings", "prompts", "author_profiles", "strategies", "ai_task_logs",
  "publishing_records",
]
