import Postgres

enum ItemQueries {
  static let all = [insert, pending, settle, skipAll, spent]

  /// $1 account, $2 run, $3 stage; then arrays: ids, positions, batches, sectors, labels, estimated
  /// credits.
  static let insert = Statement(
    "automation.item.insert",
    """
    INSERT INTO automation_run_items
      (account_id, run_id, stage, item_id, position, batch, sector_id, label, estimate)
    SELECT $1, $2, $3, i.* FROM unnest(
      $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::bigint[]) AS i
    ON CONFLICT ON CONSTRAINT automation_run_items_pkey DO NOTHING
    """)

  /// What is still to do, of this many batches from the first pending one on. $1 account, $2 run,
  /// $3 stage, $4 batches, $5 most rows.
  static let pending = Statement(
    "automation.item.pending",
    """
    SELECT item_id, batch, sector_id, label, estimate FROM automation_run_items
    WHERE account_id = $1 AND run_id = $2 AND stage = $3 AND status = 'pending'
      AND batch < $4::bigint + (
        SELECT batch FROM automation_run_items
        WHERE account_id = $1 AND run_id = $2 AND stage = $3 AND status = 'pending'
        ORDER BY position LIMIT 1)
    ORDER BY position LIMIT $5
    """)

  /// Ends items; the credits go to the first of them. What was done at the moment of a cancellation
  /// counts. $1 account, $2 run, $3 stage, $4 ids,
  /// $5 status, $6 credits, $7 error.
  static let settle = Statement(
    "automation.item.settle",
    """
    UPDATE automation_run_items SET status = $5, error = $7,
      credits = CASE WHEN item_id = ($4::bigint[])[1] THEN $6 ELSE 0 END
    WHERE account_id = $1 AND run_id = $2 AND stage = $3 AND item_id = ANY ($4)
      AND (status = 'pending' OR status = 'skipped' AND $5 = 'done')
    """)

  /// $1 account, $2 run, $3 stage, $4 why.
  static let skipAll = Statement(
    "automation.item.skip_all",
    """
    UPDATE automation_run_items SET status = 'skipped', error = $4
    WHERE account_id = $1 AND run_id = $2 AND stage = $3 AND status = 'pending'
    """)

  /// $1 account, $2 run.
  static let spent = Statement(
    "automation.item.spent",
    """
    SELECT COALESCE(sum(credits), 0)::bigint FROM automation_run_items
    WHERE account_id = $1 AND run_id = $2
    """)
}
