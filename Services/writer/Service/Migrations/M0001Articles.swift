import Events
import Postgres

/// Tasks, contents with their revisions, images with their files.
let m0001Articles = Migration(
  number: 1, name: "articles",
  sql: """
    CREATE TABLE tasks (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      site_id bigint NOT NULL,
      sector_id bigint NOT NULL,
      title text NOT NULL,
      description text NOT NULL DEFAULT '',
      cluster_id bigint,
      cluster_name text NOT NULL DEFAULT '',
      idea_id bigint,
      outline jsonb NOT NULL DEFAULT '[]',
      content_type text NOT NULL DEFAULT 'blog_post',
      content_structure text NOT NULL DEFAULT '',
      keywords text[] NOT NULL DEFAULT '{}',
      word_count_target bigint NOT NULL DEFAULT 1000
        CONSTRAINT tasks_word_count_target CHECK (word_count_target BETWEEN 1 AND 10000),
      due_date timestamptz,
      status text NOT NULL DEFAULT 'pending' CONSTRAINT tasks_status CHECK (status IN
        ('pending', 'queued', 'in_progress', 'review', 'completed', 'failed', 'archived')),
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT tasks_pkey PRIMARY KEY (account_id, id)
    );
    CREATE UNIQUE INDEX tasks_idea ON tasks (account_id, idea_id) WHERE idea_id IS NOT NULL;
    CREATE INDEX tasks_site ON tasks (account_id, site_id, status, id);

    CREATE TABLE contents (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      site_id bigint NOT NULL,
      sector_id bigint NOT NULL,
      task_id bigint,
      title text NOT NULL,
      slug text NOT NULL,
      html_content text NOT NULL DEFAULT '',
      excerpt text NOT NULL DEFAULT '',
      word_count bigint NOT NULL DEFAULT 0,
      meta_title text NOT NULL DEFAULT '',
      meta_description text NOT NULL DEFAULT '',
      primary_keyword text NOT NULL DEFAULT '',
      secondary_keywords text[] NOT NULL DEFAULT '{}',
      tags text[] NOT NULL DEFAULT '{}',
      categories text[] NOT NULL DEFAULT '{}',
      entity_type text NOT NULL DEFAULT 'blog_post' CONSTRAINT contents_entity_type CHECK (
        entity_type IN ('blog_post', 'article', 'product', 'service', 'taxonomy', 'page')),
      content_type text NOT NULL DEFAULT '',
      status text NOT NULL DEFAULT 'draft' CONSTRAINT contents_status CHECK (
        status IN ('draft', 'linked', 'optimized', 'review', 'published')),
      source text NOT NULL DEFAULT 'igny8' CONSTRAINT contents_source CHECK (
        source IN ('igny8', 'wordpress', 'shopify', 'custom')),
      sync_status text NOT NULL DEFAULT 'native' CONSTRAINT contents_sync_status CHECK (
        sync_status IN ('native', 'imported', 'synced')),
      external_id text,
      external_url text,
      hosted boolean NOT NULL DEFAULT false,
      internal_links jsonb NOT NULL DEFAULT '[]',
      linker_version bigint NOT NULL DEFAULT 0,
      optimizer_version bigint NOT NULL DEFAULT 0,
      optimization_scores jsonb NOT NULL DEFAULT '{}',
      revision bigint NOT NULL DEFAULT 1,
      model text NOT NULL DEFAULT '',
      published_at timestamptz,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT contents_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT contents_slug UNIQUE (account_id, site_id, slug),
      CONSTRAINT contents_task FOREIGN KEY (account_id, task_id)
        REFERENCES tasks (account_id, id) ON DELETE SET NULL (task_id),
      CONSTRAINT contents_published CHECK ((status = 'published') = (published_at IS NOT NULL))
    );
    CREATE INDEX contents_site ON contents (account_id, site_id, status, id);
    CREATE INDEX contents_of_task ON contents (account_id, task_id) WHERE task_id IS NOT NULL;
    CREATE INDEX contents_hosted ON contents (account_id, site_id, published_at DESC, id DESC)
      WHERE hosted;

    CREATE TABLE content_revisions (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      content_id bigint NOT NULL,
      revision bigint NOT NULL,
      title text NOT NULL,
      html_content text NOT NULL,
      word_count bigint NOT NULL,
      reason text NOT NULL CONSTRAINT content_revisions_reason CHECK (
        reason IN ('generated', 'edited', 'restored', 'linked', 'optimized')),
      user_id bigint,
      created_at timestamptz NOT NULL,
      CONSTRAINT content_revisions_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT content_revisions_number UNIQUE (account_id, content_id, revision),
      CONSTRAINT content_revisions_content FOREIGN KEY (account_id, content_id)
        REFERENCES contents (account_id, id) ON DELETE CASCADE
    );

    CREATE TABLE images (
      account_id bigint NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      site_id bigint NOT NULL,
      sector_id bigint NOT NULL,
      content_id bigint,
      task_id bigint,
      image_type text NOT NULL CONSTRAINT images_image_type CHECK (
        image_type IN ('featured', 'desktop', 'mobile', 'in_article')),
      position bigint NOT NULL DEFAULT 0,
      prompt text NOT NULL DEFAULT '',
      alt_text text NOT NULL DEFAULT '',
      caption text NOT NULL DEFAULT '',
      provider text NOT NULL DEFAULT '',
      model text NOT NULL DEFAULT '',
      status text NOT NULL DEFAULT 'pending' CONSTRAINT images_status CHECK (
        status IN ('pending', 'generated', 'failed')),
      width bigint,
      height bigint,
      bytes bigint,
      checksum text,
      error text,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT images_pkey PRIMARY KEY (account_id, id),
      CONSTRAINT images_content FOREIGN KEY (account_id, content_id)
        REFERENCES contents (account_id, id) ON DELETE CASCADE,
      CONSTRAINT images_task FOREIGN KEY (account_id, task_id)
        REFERENCES tasks (account_id, id) ON DELETE SET NULL (task_id)
    );
    CREATE INDEX images_of_content ON images (account_id, content_id, position, id)
      WHERE content_id IS NOT NULL;
    CREATE INDEX images_site ON images (account_id, site_id, status, id);
    CREATE INDEX images_of_task ON images (account_id, task_id) WHERE task_id IS NOT NULL;

    CREATE TABLE image_files (
      account_id bigint NOT NULL,
      image_id bigint NOT NULL,
      content_type text NOT NULL,
      body bytea NOT NULL,
      created_at timestamptz NOT NULL,
      CONSTRAINT image_files_pkey PRIMARY KEY (account_id, image_id),
      CONSTRAINT image_files_image FOREIGN KEY (account_id, image_id)
        REFERENCES images (account_id, id) ON DELETE CASCADE
    );
    ALTER TABLE image_files ALTER COLUMN body SET STORAGE EXTERNAL;

    """
      + ["tasks", "contents", "content_revisions", "images", "image_files"].map(RowSecurity.enable)
      .joined(separator: "\n") + "\n" + OutboxSchema.migrationSQL)
