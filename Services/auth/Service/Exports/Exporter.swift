import AuthCore
import CommonContract
import Events
import JSON
import Kernel
import Logging
import Postgres
import RPC

/// Makes the archives that owners asked for, from what every context gives.
///
/// The relay of the outbox calls for it until it is done. A call works for a while and leaves a
/// message for the next one; when it is cut off, by a kill or a context that is away, the next one
/// goes on behind the last piece that was written.
struct Exporter: Sendable {
  /// The outbox call that carries on with an archive.
  static let kind = "auth.export"
  /// How long one call works: less than the relay takes it for lost after.
  static let longestSlice: Duration = .seconds(10)
  /// Calls in a row that may come to nothing before the archive has failed: at half a minute from
  /// one to the next, about three quarters of an hour.
  static let mostAttempts = 90

  let database: Database
  /// In the order in which the archive has them.
  let sources: [ExportSource]
  let postbox: Postbox
  let time: any TimeSource
  let log: Logger
  var slice = Exporter.longestSlice

  static func call(for export: StoredExport) -> OutboxMessage {
    let payload: JSONValue = ["export_id": .int(export.id)]
    return .call(
      kind, account: export.account, payload: payload.text,
      key: "\(export.id)/\(export.chunks)")
  }

  /// Carries on with the archive that a message names. To be called again when it throws.
  func deliver(_ message: OutboxMessage) async throws {
    let id = try JSONValue(parsing: message.payload)["export_id"]?.int ?? 0
    guard var archive = try await ExportArchive(id, of: message.account, on: database) else {
      return
    }
    do {
      guard try await read(into: &archive) else { return try await handOver(archive.export) }
      try await finish(&archive)
    } catch {
      guard isHopeless(error, message.attempt) else { throw error }
      log.error(
        "an archive of an account failed",
        metadata: ["account": "\(message.account)", "export": "\(id)", "reason": "\(error)"])
      try await fail(archive.export)
    }
  }

  private func isHopeless(_ error: any Error, _ attempt: Int) -> Bool {
    if error is CancellationError { return false }
    return error.isPermanent || attempt >= Self.mostAttempts
  }

  /// Reads the contexts behind what the archive has; whether that was all.
  private func read(into archive: inout ExportArchive) async throws -> Bool {
    if archive.export.chunks == 0 {
      try await archive.add(manifest(of: archive.export), of: "", at: time.now())
    }
    let export = archive.export
    let end = time.monotonic() + slice
    let begun = sources.firstIndex { $0.name == export.context } ?? 0
    for source in sources[begun...] {
      let place = source.name == export.context ? export.place : ""
      let isAll = try await source.read(place, export.account, call(for: export)) { piece in
        try await archive.add(piece, of: source.name, at: time.now())
        return time.monotonic() < end
      }
      guard isAll else { return false }
    }
    return true
  }

  private func call(for export: StoredExport) -> OutgoingCall {
    OutgoingCall(
      context: CallContext(
        requestID: Self.requestID(export), actor: .service, account: export.account),
      deadline: Deadline(in: Self.longestSlice * 2, of: time))
  }

  private static func requestID(_ export: StoredExport) -> String {
    "export-\(export.account)-\(export.id)"
  }

  /// What the archive says of itself.
  private func manifest(of export: StoredExport) -> Common.ExportPiece {
    let text: JSONValue = [
      "format": "igny8-account-archive", "version": 1, "account_id": .int(export.account.value),
      "export_id": .int(export.id), "requested_at": .string(export.createdAt.rfc3339),
      "folders": .array(sources.map { .string($0.name) }),
    ]
    return Common.ExportPiece(file: "manifest.json", body: Array((text.text + "\n").utf8))
  }

  // MARK: Ends

  private func handOver(_ export: StoredExport) async throws {
    try await database.transaction(in: .account(export.account)) {
      Outbox.add(Self.call(for: export), in: $0)
    }
    postbox.messagesWaiting()
  }

  private func finish(_ archive: inout ExportArchive) async throws {
    let now = time.now()
    try await archive.finish(at: now) { export, transaction in
      transaction.runLater([note("account.export_ready", export, at: now)])
      guard let user = export.requestedBy,
        let row = try await transaction.run(UserQueries.byID, [.id(user)]).first
      else { return }
      let owner = try StoredUser(row: row)
      guard owner.isActive else { return }
      Outbox.add(
        try postbox.mail(
          .exportReady(until: now + ArchiveRules.lifetime), to: owner.email, of: export.account,
          lifetime: ArchiveRules.lifetime),
        in: transaction)
    }
    postbox.messagesWaiting()
  }

  private func fail(_ export: StoredExport) async throws {
    let now = time.now()
    try await database.transaction(in: .account(export.account)) {
      let failed = try await $0.run(AccountExportQueries.fail, export.key + [.instant(now)])
      if failed.rowsAffected > 0 { $0.runLater([note("account.export_failed", export, at: now)]) }
    }
  }

  private func note(
    _ action: String, _ export: StoredExport, at now: Instant
  ) -> (Statement, [SQLValue]) {
    AuditEntry(
      action: action, account: export.account, objectType: "account_export", objectID: export.id
    ).command(requestID: Self.requestID(export), at: now)
  }

  // MARK: What is over

  func sweep() async throws {
    let now = time.now()
    let steps: [(Statement, [SQLValue])] = [
      (AccountExportQueries.expire, [.instant(now)]),
      (
        AccountExportQueries.giveUp, [.instant(now), .instant(now - ArchiveRules.patience)]
      ),
      (AccountExportQueries.clear, [.instant(now - ArchiveRules.afterglow)]),
      (AccountExportQueries.forget, [.instant(now - ArchiveRules.memory)]),
    ]
    for (statement, values) in steps {
      _ = try await database.run(statement, values, in: .allAccounts)
    }
  }
}
