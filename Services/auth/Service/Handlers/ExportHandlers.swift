import AuthContract
import AuthCore
import CommonContract
import Events
import Kernel
import Postgres
import RPC
import Resources

/// The owner asks for an archive of all that the account has, looks how it stands and takes it
/// home.
struct ExportHandlers: Sendable {
  let database: Database
  let time: any TimeSource
  let messagesWaiting: @Sendable () -> Void

  func register(in routes: inout RPCRoutes) {
    routes.answer(AccountExportsMethods.requestExport, request)
    routes.answer(AccountExportsMethods.listExports, list)
    routes.answer(AccountExportsMethods.getExport) { request, call in
      try await find(request.id, call).reply(at: time.now())
    }
    routes.stream(AccountExportsMethods.downloadExport) { request, call, sender in
      do {
        try await download(request.id, call, sender)
      } catch let error as PostgresError {
        throw error.rpcError ?? error
      }
    }
  }

  // MARK: Asking

  private func request(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Auth.AccountExport {
    let account = try call.requireAccount()
    let keyed = try KeyedRequest(call, AccountExportsMethods.requestExport, request)
    let reply = try await database.transaction(in: .account(account), deadline: call.deadline) {
      transaction in
      try await IdempotencyKeys.once(keyed, in: transaction) {
        try await begin(account, call, in: transaction)
      }
    }
    messagesWaiting()
    return reply
  }

  private func begin(
    _ account: AccountID, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> Auth.AccountExport {
    // Requests of one account take turns, so that each counts those before it.
    guard try await !transaction.run(ErasureQueries.lock, [.id(account)]).isEmpty else {
      throw RPCError.missing
    }
    let now = time.now()
    let recent = try await transaction.run(
      AccountExportQueries.recent, [.id(account), .instant(now - ArchiveRules.day)])
    let made = try await transaction.run(
      AccountExportQueries.insert, [.id(account), .id(call.context.user), .instant(now)])
    guard let row = made.first else {
      throw RPCError(
        .failedPrecondition, "An archive is being made already", reason: "export_running")
    }
    if recent.count >= Int(ArchiveRules.mostADay), let first = recent.first {
      let wait = try first.instant("created_at") + ArchiveRules.day - now
      throw RPCError(
        .resourceExhausted, "An account gets \(ArchiveRules.mostADay) archives a day",
        details: ErrorDetails(retryAfter: wait, reason: "export_limit"))
    }
    let export = try StoredExport(row: row)
    Outbox.add(Exporter.call(for: export), in: transaction)
    transaction.runLater([note("account.export_requested", export, call, at: now)])
    return export.reply(at: now)
  }

  // MARK: Looking

  private func list(
    _ request: Auth.ListExportsRequest, _ call: IncomingCall
  ) async throws -> Auth.ListExportsReply {
    let account = try call.requireAccount()
    let page = try Page(request.page, size: request.pageSize)
    let answers = try await database.runAll(
      [
        (AccountExportQueries.count, [.id(account)]),
        (AccountExportQueries.list, [.id(account), .int(page.size), .int(page.offset)]),
      ], in: .account(account), deadline: call.deadline)
    let now = time.now()
    return Auth.ListExportsReply(
      count: try answers[0].one().int(0),
      results: try answers[1].map { try StoredExport(row: $0).reply(at: now) })
  }

  /// - Throws: `.notFound`.
  private func find(_ id: Int64, _ call: IncomingCall) async throws -> StoredExport {
    let account = try call.requireAccount()
    let rows = try await database.run(
      AccountExportQueries.find, [.id(account), .int(id)], in: .account(account),
      deadline: call.deadline)
    guard let row = rows.first else { throw RPCError.missing }
    return try StoredExport(row: row)
  }

  // MARK: Taking home

  private func download(
    _ id: Int64, _ call: IncomingCall, _ sender: ItemSender<Common.RawBody>
  ) async throws {
    let export = try await find(id, call)
    let now = time.now()
    switch export.state(at: now) {
    case .ready: break
    case .expired:
      throw RPCError(.failedPrecondition, "The archive has expired", reason: "export_expired")
    case .queued, .running, .failed:
      throw RPCError(.failedPrecondition, "The archive is not ready", reason: "export_not_ready")
    }
    let (statement, values) = note("account.export_downloaded", export, call, at: now)
    _ = try await database.run(
      statement, values, in: .account(export.account), deadline: call.deadline)
    for number in 0..<export.chunks {
      let rows = try await database.run(
        AccountExportQueries.chunk, export.key + [.int(number)], in: .account(export.account),
        deadline: call.deadline)
      guard let row = rows.first else {
        throw RPCError(.aborted, "The archive has expired", reason: "export_expired")
      }
      try await sender.send(
        Common.RawBody(
          contentType: "application/zip", body: try row.bytes(0),
          fileName: "igny8-account-\(export.account)-\(export.id).zip"))
    }
  }

  private func note(
    _ action: String, _ export: StoredExport, _ call: IncomingCall, at now: Instant
  ) -> (Statement, [SQLValue]) {
    AuditEntry(
      action: action, account: export.account, objectType: "account_export", objectID: export.id
    ).command(call, at: now)
  }
}
