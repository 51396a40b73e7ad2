import Postgres

/// Subscriptions of suspended accounts wait.
let m0013PausedSubscriptions = Migration(
  number: 13, name: "paused_subscriptions",
  sql: """
    ALTER TABLE subscriptions
      ADD COLUMN is_paused boolean NOT NULL DEFAULT false,
      -- The number, in auth's outbox, of the last news of the account's standing; they come in any
      -- order.
      ADD COLUMN standing_news bigint NOT NULL DEFAULT 0;
    DROP INDEX subscriptions_due;
    CREATE INDEX subscriptions_due ON subscriptions (current_period_end)
      WHERE status = 'active' AND NOT is_paused;
    """)
