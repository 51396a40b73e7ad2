import AuthContract
import CommonContract
import Events
import Exports
import JSON
import Kernel
import Postgres
import RPC
import RPCTestKit
import Synchronization
import TestKit
import Testing

@testable import AuthService

/// A context that gives one file of rows, and can be cut off.
final class ContextStandIn: Sendable {
  struct State {
    /// The rows of an account; a piece each.
    var rows: [Int64: [String]] = [:]
    /// Before which piece the next answer breaks off, and with what.
    var failure: (piece: Int, error: any Error & Sendable)?
    /// How often it was asked.
    var asked = 0
  }

  let state = Mutex(State())

  func source(_ time: any TimeSource) -> ExportSource {
    var routes = RPCRoutes()
    routes.stream(
      StreamMethod<Common.ExportRequest, Common.ExportPiece>(Self.method)
    ) { request, call, sender in
      let rows = self.state.withLock { state in
        state.asked += 1
        return state.rows[call.context.account?.value ?? 0] ?? []
      }
      for number in (Int(request.after) ?? 0)..<rows.count {
        let failure = self.state.withLock { state in
          guard state.failure?.piece == number else { return nil as (any Error & Sendable)? }
          defer { state.failure = nil }
          return state.failure?.error
        }
        if let failure { throw failure }
        try await sender.send(
          .init(
            file: "rows.jsonl", body: Array((rows[number] + "\n").utf8), place: "\(number + 1)"))
      }
    }
    return ExportSource(
      "planner", StreamMethod(Self.method), InProcessTransport(routes, time: time))
  }

  private static let method = MethodInfo(
    service: "igny8.test.v1.Test", name: "Export", idempotency: .noSideEffects, isStream: true)
}

/// Two accounts, of which the first one has something in most tables.
struct ExportScene: Sendable {
  let world: AuthWorld
  let context = ContextStandIn()
  let owner: Auth.Session
  let account: Int64
  let exports: AccountExportsClient

  static func make() async throws -> ExportScene {
    let world = try await AuthWorld.make()
    let owner = try await world.register("a@one.example")
    return try ExportScene(world, owner)
  }

  private init(_ world: AuthWorld, _ owner: Auth.Session) throws {
    (self.world, self.owner) = (world, owner)
    account = try #require(owner.user?.accountID)
    exports = AccountExportsClient(InProcessTransport(world.service.routes))
    context.state.withLock { [account] in
      $0.rows[account] = (1...6).map { "{\"id\":\($0),\"account\":\(account)}" }
    }
  }

  func call(key: String? = nil) -> OutgoingCall { world.call(by: owner, key: key) }

  func exporter(slice: Duration = Exporter.longestSlice) -> Exporter {
    let postbox = Postbox(
      settings: world.settings, mailer: world.mailer, time: world.time, log: quietLog,
      messagesWaiting: {})
    let own = ExportSource(
      "auth", AccountExport(AccountArchive.tables, database: world.database))
    return Exporter(
      database: world.database, sources: [own, context.source(world.time)], postbox: postbox,
      time: world.time, log: quietLog, slice: slice)
  }

  func request(key: String? = nil) async throws -> Auth.AccountExport {
    try await exports.requestExport(.init(), call(key: key))
  }

  func message(_ export: Auth.AccountExport, attempt: Int = 1) -> OutboxMessage {
    let payload: JSONValue = ["export_id": .int(export.id)]
    var message = OutboxMessage.call(
      Exporter.kind, account: AccountID(account), payload: payload.text)
    message.attempt = attempt
    return message
  }

  /// Asks for an archive and makes it.
  func made() async throws -> Auth.AccountExport {
    let asked = try await request()
    try await exporter().deliver(message(asked))
    return try await get(asked)
  }

  func get(_ export: Auth.AccountExport) async throws -> Auth.AccountExport {
    try await exports.getExport(.init(id: export.id), call())
  }

  func download(_ export: Auth.AccountExport, _ call: OutgoingCall? = nil) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await piece in exports.downloadExport(.init(id: export.id), call ?? self.call()) {
      #expect(piece.contentType == "application/zip")
      #expect(piece.fileName == "igny8-account-\(account)-\(export.id).zip")
      bytes += piece.body
    }
    return bytes
  }

  /// Rows of all exports' chunks.
  func chunks() async throws -> Int64 {
    try await world.number("SELECT count(*) FROM account_export_chunks")
  }
}
