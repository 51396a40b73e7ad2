import Events
import Postgres

/// Accounts, users and their tokens, sites and sectors, reference data, keys, the audit log.
let m0001Tenancy = Migration(
  number: 1, name: "tenancy",
  sql: """
    CREATE TABLE accounts (
      account_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT accounts_pkey PRIMARY KEY,
      name text NOT NULL,
      slug text NOT NULL CONSTRAINT accounts_slug UNIQUE,
      status text NOT NULL DEFAULT 'active' CONSTRAINT accounts_status
        CHECK (status IN ('active', 'trial', 'suspended', 'cancelled')),
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL
    );

    CREATE TABLE users (
      account_id bigint NOT NULL CONSTRAINT users_account REFERENCES accounts,
      id bigint GENERATED ALWAYS AS IDENTITY,
      email text NOT NULL CONSTRAINT users_email UNIQUE,
      username text NOT NULL,
      first_name text NOT NULL DEFAULT '',
      last_name text NOT NULL DEFAULT '',
      password_hash text NOT NULL,
      role text NOT NULL CONSTRAINT users_role
        CHECK (role IN ('developer', 'owner', 'admin', 'editor', 'viewer')),
      is_active boolean NOT NULL DEFAULT true,
      last_login timestamptz,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT users_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT users_id UNIQUE (id)
    );
    CREATE INDEX users_username ON users (lower(username));

    CREATE TABLE refresh_tokens (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      user_id bigint NOT NULL,
      family text NOT NULL,
      hash bytea NOT NULL CONSTRAINT refresh_tokens_hash UNIQUE,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      used_at timestamptz,
      revoked_at timestamptz,
      CONSTRAINT refresh_tokens_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT refresh_tokens_user FOREIGN KEY (account_id, user_id)
        REFERENCES users ON DELETE CASCADE
    );
    CREATE INDEX refresh_tokens_family ON refresh_tokens (account_id, family);
    CREATE INDEX refresh_tokens_of_user ON refresh_tokens (account_id, user_id);
    CREATE INDEX refresh_tokens_age ON refresh_tokens (expires_at);

    -- Who failed to sign in, known or not; the subject is a digest.
    CREATE TABLE sign_in_failures (
      subject bytea CONSTRAINT sign_in_failures_pkey PRIMARY KEY,
      failures bigint NOT NULL,
      last_at timestamptz NOT NULL
    );
    CREATE INDEX sign_in_failures_age ON sign_in_failures (last_at);

    CREATE TABLE signing_keys (
      kid text CONSTRAINT signing_keys_pkey PRIMARY KEY,
      private_key text NOT NULL,
      public_key text NOT NULL,
      created_at timestamptz NOT NULL
    );

    CREATE TABLE industries (
      id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT industries_pkey PRIMARY KEY,
      name text NOT NULL,
      slug text NOT NULL CONSTRAINT industries_slug UNIQUE,
      description text NOT NULL DEFAULT '',
      is_active boolean NOT NULL DEFAULT true
    );

    CREATE TABLE industry_sectors (
      id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT industry_sectors_pkey PRIMARY KEY,
      industry_id bigint NOT NULL CONSTRAINT industry_sectors_industry REFERENCES industries,
      name text NOT NULL,
      slug text NOT NULL,
      description text NOT NULL DEFAULT '',
      CONSTRAINT industry_sectors_slug UNIQUE (industry_id, slug)
    );

    CREATE TABLE seed_keywords (
      id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT seed_keywords_pkey PRIMARY KEY,
      industry_sector_id bigint NOT NULL CONSTRAINT seed_keywords_sector
        REFERENCES industry_sectors,
      keyword text NOT NULL,
      volume bigint NOT NULL CONSTRAINT seed_keywords_volume CHECK (volume >= 0),
      difficulty bigint NOT NULL CONSTRAINT seed_keywords_difficulty
        CHECK (difficulty BETWEEN 0 AND 100),
      intent text NOT NULL CONSTRAINT seed_keywords_intent
        CHECK (intent IN ('informational', 'navigational', 'transactional', 'commercial')),
      country text NOT NULL DEFAULT 'US',
      CONSTRAINT seed_keywords_keyword UNIQUE (industry_sector_id, keyword, country)
    );

    CREATE TABLE sites (
      account_id bigint NOT NULL CONSTRAINT sites_account REFERENCES accounts,
      id bigint GENERATED ALWAYS AS IDENTITY,
      name text NOT NULL,
      slug text NOT NULL CONSTRAINT sites_slug UNIQUE,
      domain text,
      description text NOT NULL DEFAULT '',
      industry_id bigint CONSTRAINT sites_industry REFERENCES industries,
      site_type text NOT NULL DEFAULT 'marketing' CONSTRAINT sites_site_type
        CHECK (site_type IN ('marketing', 'ecommerce', 'blog', 'portfolio', 'corporate')),
      hosting_type text NOT NULL DEFAULT 'igny8_sites' CONSTRAINT sites_hosting_type
        CHECK (hosting_type IN ('igny8_sites', 'wordpress', 'shopify', 'multi')),
      status text NOT NULL DEFAULT 'active' CONSTRAINT sites_status
        CHECK (status IN ('active', 'inactive', 'suspended')),
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT sites_pkey PRIMARY KEY (account_id, id)
    );

    CREATE TABLE sectors (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      site_id bigint NOT NULL,
      name text NOT NULL,
      slug text NOT NULL,
      description text NOT NULL DEFAULT '',
      industry_sector_id bigint CONSTRAINT sectors_industry_sector REFERENCES industry_sectors,
      is_active boolean NOT NULL DEFAULT true,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT sectors_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT sectors_site FOREIGN KEY (account_id, site_id)
        REFERENCES sites ON DELETE CASCADE,
      CONSTRAINT sectors_slug UNIQUE (account_id, site_id, slug),
      CONSTRAINT sectors_template UNIQUE (account_id, site_id, industry_sector_id)
    );

    CREATE TABLE site_user_access (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      user_id bigint NOT NULL,
      site_id bigint NOT NULL,
      created_at timestamptz NOT NULL,
      CONSTRAINT site_user_access_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT site_user_access_user FOREIGN KEY (account_id, user_id)
        REFERENCES users ON DELETE CASCADE,
      CONSTRAINT site_user_access_site FOREIGN KEY (account_id, site_id)
        REFERENCES sites ON DELETE CASCADE,
      CONSTRAINT site_user_access_once UNIQUE (account_id, user_id, site_id)
    );
    CREATE INDEX site_user_access_of_site ON site_user_access (account_id, site_id);

    CREATE TABLE site_api_keys (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      site_id bigint NOT NULL,
      name text NOT NULL,
      hash bytea NOT NULL CONSTRAINT site_api_keys_hash UNIQUE,
      created_at timestamptz NOT NULL,
      revoked_at timestamptz,
      CONSTRAINT site_api_keys_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT site_api_keys_site FOREIGN KEY (account_id, site_id)
        REFERENCES sites ON DELETE CASCADE
    );

    CREATE TABLE module_enable_settings (
      account_id bigint NOT NULL CONSTRAINT module_enable_settings_account REFERENCES accounts,
      module text NOT NULL,
      is_enabled boolean NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT module_enable_settings_pkey PRIMARY KEY (account_id, module)
    );

    CREATE TABLE audit_log (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      action text NOT NULL,
      user_id bigint,
      object_type text NOT NULL,
      object_id bigint,
      address text,
      request_id text NOT NULL,
      before jsonb,
      after jsonb,
      created_at timestamptz NOT NULL,
      CONSTRAINT audit_log_pkey PRIMARY KEY (account_id, id)
    );
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
    END $$;
    CREATE TRIGGER audit_log_append_only
      BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    \(tenantTables.map(RowSecurity.enable).joined(separator: "\n"))
    \(OutboxSchema.migrationSQL)
    """)

private let tenantTables = [
  "accounts", "users", "refresh_tokens", "sites", "sectors", "site_user_access", "site_api_keys",
  "module_enable_settings", "audit_log",
]
