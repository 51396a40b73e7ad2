import Archives
import AuthContract
import AuthCore
import Kernel
import Postgres

/// An archive as the table has it.
struct StoredExport: Sendable {
  let account: AccountID
  let id: Int64
  let state: ArchiveState
  let requestedBy: UserID?
  /// Whose data come next, and behind which place.
  var context: String
  var place: String
  var chunks: Int64
  var size: Int64
  /// Files begun.
  var files: Int64
  let createdAt: Instant
  let readyAt: Instant?
  let expiresAt: Instant?

  init(row: Row) throws {
    account = AccountID(try row.int("account_id"))
    (id, requestedBy) = (try row.int("id"), try row.optionalInt("requested_by").map { UserID($0) })
    state = ArchiveState(rawValue: try row.text("state")) ?? .failed
    (context, place) = (try row.text("context"), try row.text("place"))
    (chunks, size, files) = (try row.int("chunks"), try row.int("size"), try row.int("files"))
    createdAt = try row.instant("created_at")
    readyAt = try row.optionalInstant("ready_at")
    expiresAt = try row.optionalInstant("expires_at")
  }

  /// What statements about it begin with.
  var key: [SQLValue] { [.id(account), .int(id)] }

  /// As it stands, whether or not anybody has noted since that its time is over.
  func state(at now: Instant) -> ArchiveState {
    if state == .ready, let expiresAt, expiresAt <= now { return .expired }
    return state
  }

  func reply(at now: Instant) -> Auth.AccountExport {
    let state = state(at: now)
    return Auth.AccountExport(
      id: id, state: state.rawValue, bytes: size, files: files,
      requestedBy: requestedBy?.value, createdAt: createdAt, readyAt: readyAt,
      expiresAt: expiresAt,
      downloadURL: state == .ready ? "/api/v1/account/export/\(id)/download/" : nil)
  }
}

extension ZipArchive.File {
  init(row: Row) throws {
    self.init(
      source: try row.text("source"), part: try row.int("part"),
      checksum: UInt32(truncatingIfNeeded: try row.int("checksum")),
      size: UInt64(try row.int("size")), packed: UInt64(try row.int("packed")),
      start: UInt64(try row.int("start")))
  }

  /// Behind the export's own key.
  func bindings(number: Int64) -> [SQLValue] {
    [
      .int(number), .text(source), .int(part), .int(Int64(checksum)), .int(Int64(size)),
      .int(Int64(packed)), .int(Int64(start)),
    ]
  }
}
