import Postgres

/// The open holds of one account by when they end, however many it has had.
let m0012OpenHolds = Migration(
  number: 12, name: "open_holds",
  sql: """
    CREATE INDEX credit_holds_open ON credit_holds (account_id, expires_at) WHERE state = 'open';
    """)
