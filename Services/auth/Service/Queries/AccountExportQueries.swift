import Postgres

/// Archives of accounts.
enum AccountExportQueries {
  private static let columns = """
    e.account_id, e.id, e.state, e.requested_by, e.context, e.place, e.chunks, e.size, e.files,
    e.created_at, e.ready_at, e.expires_at
    """

  // MARK: Asking

  /// $1 account, $2 user, $3 now. Nothing while another one is being made.
  static let insert = Statement(
    "auth.export.insert",
    """
    INSERT INTO account_exports AS e (account_id, requested_by, created_at, updated_at)
    VALUES ($1, $2, $3, $3)
    ON CONFLICT (account_id) WHERE state IN ('queued', 'running') DO NOTHING
    RETURNING \(columns)
    """)

  /// When each archive was asked for that has not failed since. $1 account, $2 since.
  static let recent = Statement(
    "auth.export.recent",
    """
    SELECT created_at FROM account_exports
    WHERE account_id = $1 AND created_at > $2 AND state <> 'failed' ORDER BY created_at
    """)

  /// $1 account.
  static let count = Statement(
    "auth.export.count", "SELECT count(*) FROM account_exports WHERE account_id = $1")

  /// $1 account, $2 most, $3 left out.
  static let list = Statement(
    "auth.export.list",
    """
    SELECT \(columns) FROM account_exports e WHERE e.account_id = $1
    ORDER BY e.id DESC LIMIT $2 OFFSET $3
    """)

  /// $1 account, $2 export.
  static let find = Statement(
    "auth.export.find",
    "SELECT \(columns) FROM account_exports e WHERE e.account_id = $1 AND e.id = $2")

  /// $1 account, $2 export, $3 number.
  static let chunk = Statement(
    "auth.export.chunk",
    """
    SELECT body FROM account_export_chunks
    WHERE account_id = $1 AND export_id = $2 AND number = $3
    """)

  // MARK: Making

  /// Takes the next step, unless somebody else took it or there is none. $1 account, $2 export,
  /// $3 chunks so far, $4 context, $5 place, $6 chunks, $7 size, $8 files, $9 now, $10 state,
  /// $11 when it is ready, $12 until when.
  static let advance = Statement(
    "auth.export.advance",
    """
    UPDATE account_exports SET context = $4, place = $5, chunks = $6, size = $7, files = $8,
      updated_at = $9, state = $10, ready_at = $11, expires_at = $12
    WHERE account_id = $1 AND id = $2 AND chunks = $3 AND state IN ('queued', 'running')
    """)

  /// $1 account, $2 export, $3 first number, $4 body.
  static let insertChunk = Statement(
    "auth.export.insert_chunk",
    """
    INSERT INTO account_export_chunks (account_id, export_id, number, body)
    VALUES ($1, $2, $3, $4)
    """)

  /// $1 account, $2 export, $3 number, $4 source, $5 part, $6 checksum, $7 size, $8 packed,
  /// $9 start.
  static let saveFile = Statement(
    "auth.export.save_file",
    """
    INSERT INTO account_export_files
      (account_id, export_id, number, source, part, checksum, size, packed, start)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT ON CONSTRAINT account_export_files_pkey
      DO UPDATE SET checksum = $6, size = $7, packed = $8
    """)

  /// Files behind a number. $1 account, $2 export, $3 number, $4 most.
  static let files = Statement(
    "auth.export.files",
    """
    SELECT source, part, checksum, size, packed, start FROM account_export_files
    WHERE account_id = $1 AND export_id = $2 AND number > $3 ORDER BY number LIMIT $4
    """)

  /// $1 account, $2 export, $3 now.
  static let fail = Statement(
    "auth.export.fail",
    """
    UPDATE account_exports SET state = 'failed', updated_at = $3
    WHERE account_id = $1 AND id = $2 AND state IN ('queued', 'running')
    """)

  // MARK: Going

  /// $1 now.
  static let expire = Statement(
    "auth.export.expire",
    """
    UPDATE account_exports SET state = 'expired', updated_at = $1
    WHERE state = 'ready' AND expires_at <= $1
    """)

  /// Those that nobody goes on with. $1 now, $2 not grown since.
  static let giveUp = Statement(
    "auth.export.give_up",
    """
    UPDATE account_exports SET state = 'failed', updated_at = $1
    WHERE state IN ('queued', 'running') AND updated_at < $2
    """)

  /// The bytes of what is over. $1 over since.
  static let clear = Statement(
    "auth.export.clear",
    """
    DELETE FROM account_export_chunks c USING account_exports e
    WHERE e.account_id = c.account_id AND e.id = c.export_id
      AND e.state IN ('failed', 'expired') AND e.updated_at < $1
    """)

  /// Its files and bytes go along. $1 over since.
  static let forget = Statement(
    "auth.export.forget",
    "DELETE FROM account_exports WHERE state IN ('failed', 'expired') AND updated_at < $1")

  static let all = [
    insert, recent, count, list, find, chunk, advance, insertChunk, saveFile, files, fail, expire,
    giveUp, clear, forget,
  ]
}
