import Postgres

/// Which contents were written for which cluster, as the writer tells it.
let m0003ClusterContents = Migration(
  number: 3, name: "cluster_contents",
  sql: """
    CREATE TABLE cluster_contents (
      account_id bigint NOT NULL,
      content_id bigint NOT NULL,
      cluster_id bigint NOT NULL,
      CONSTRAINT cluster_contents_pkey PRIMARY KEY (account_id, content_id),
      CONSTRAINT cluster_contents_cluster FOREIGN KEY (account_id, cluster_id)
        REFERENCES clusters (account_id, id) ON DELETE CASCADE
    );
    CREATE INDEX cluster_contents_of ON cluster_contents (account_id, cluster_id);
    CREATE INDEX content_ideas_task ON content_ideas (account_id, task_id)
      WHERE task_id IS NOT NULL;

    """ + RowSecurity.enable("cluster_contents"))
