import Events
import Postgres

/// Keywords, clusters of them, ideas for articles.
let m0001Planning = Migration(
  number: 1, name: "planning",
  sql: """
    CREATE TABLE clusters (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      site_id bigint NOT NULL,
      sector_id bigint NOT NULL,
      name text NOT NULL,
      description text NOT NULL DEFAULT '',
      status text NOT NULL DEFAULT 'active'
        CONSTRAINT clusters_status CHECK (status IN ('active', 'inactive', 'archived')),
      terms text[] NOT NULL DEFAULT '{}',
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT clusters_pkey PRIMARY KEY (account_id, id)
    );
    CREATE INDEX clusters_site ON clusters (account_id, site_id, id);
    CREATE INDEX clusters_sector ON clusters (account_id, sector_id, id);

    CREATE TABLE keywords (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      site_id bigint NOT NULL,
      sector_id bigint NOT NULL,
      keyword text NOT NULL,
      folded text NOT NULL,
      volume bigint NOT NULL DEFAULT 0 CONSTRAINT keywords_volume CHECK (volume >= 0),
      difficulty bigint NOT NULL DEFAULT 0
        CONSTRAINT keywords_difficulty CHECK (difficulty BETWEEN 0 AND 100),
      intent text NOT NULL DEFAULT 'informational' CONSTRAINT keywords_intent
        CHECK (intent IN ('informational', 'navigational', 'transactional', 'commercial')),
      status text NOT NULL DEFAULT 'active'
        CONSTRAINT keywords_status CHECK (status IN ('active', 'inactive', 'archived')),
      seed_keyword_id bigint,
      cluster_id bigint,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT keywords_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT keywords_text UNIQUE (account_id, sector_id, folded),
      CONSTRAINT keywords_cluster FOREIGN KEY (account_id, cluster_id)
        REFERENCES clusters (account_id, id) ON DELETE SET NULL (cluster_id)
    );
    CREATE INDEX keywords_site ON keywords (account_id, site_id, id);
    CREATE INDEX keywords_in_cluster ON keywords (account_id, cluster_id, volume DESC, id);
    CREATE INDEX keywords_waiting ON keywords (account_id, site_id, id)
      WHERE cluster_id IS NULL AND status = 'active';

    CREATE TABLE content_ideas (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      site_id bigint NOT NULL,
      sector_id bigint NOT NULL,
      title text NOT NULL,
      description text NOT NULL DEFAULT '',
      outline jsonb NOT NULL DEFAULT '[]',
      content_type text NOT NULL DEFAULT 'post',
      content_structure text NOT NULL DEFAULT 'article',
      cluster_id bigint,
      target_keywords text[] NOT NULL DEFAULT '{}',
      estimated_word_count bigint NOT NULL DEFAULT 1000,
      status text NOT NULL DEFAULT 'new' CONSTRAINT content_ideas_status CHECK
        (status IN ('new', 'scheduled', 'published', 'active', 'inactive', 'archived')),
      task_id bigint,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT content_ideas_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT content_ideas_cluster FOREIGN KEY (account_id, cluster_id)
        REFERENCES clusters (account_id, id) ON DELETE SET NULL (cluster_id)
    );
    CREATE INDEX content_ideas_site ON content_ideas (account_id, site_id, id);
    CREATE INDEX content_ideas_in_cluster ON content_ideas (account_id, cluster_id);
    CREATE INDEX content_ideas_waiting ON content_ideas (account_id, site_id, id)
      WHERE status = 'new' AND task_id IS NULL;

    """
      + ["clusters", "keywords", "content_ideas"].map(RowSecurity.enable).joined(separator: "\n")
      + OutboxSchema.migrationSQL)
