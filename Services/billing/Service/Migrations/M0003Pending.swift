import Postgres

/// Plans that wait for their payment, and the holds of a time.
let m0003Pending = Migration(
  number: 3, name: "pending",
  sql: """
    ALTER TABLE subscriptions ADD COLUMN pending_plan_id bigint
      CONSTRAINT subscriptions_pending_plan REFERENCES plans;
    CREATE INDEX credit_holds_time ON credit_holds (account_id, created_at);
    """)
