import Exports
import Kernel
import Logging
import Metering
import PlannerContract
import Postgres
import RPC

/// The services that planner calls.
package struct Neighbours: Sendable {
  let auth: any RPCCaller
  let billing: any RPCCaller
  let integration: any RPCCaller
  let writer: any RPCCaller

  package init(
    auth: any RPCCaller, billing: any RPCCaller, integration: any RPCCaller,
    writer: any RPCCaller
  ) {
    (self.auth, self.billing) = (auth, billing)
    (self.integration, self.writer) = (integration, writer)
  }
}

/// The planning context: keywords, clusters of them, ideas for articles.
package struct PlannerService: Sendable {
  package let routes: RPCRoutes

  /// - Parameter messagesWaiting: called when a commit has left messages in the outbox.
  /// - Throws: `ResourceMistake`.
  package init(
    database: Database, neighbours: Neighbours, time: any TimeSource, log: Logger,
    messagesWaiting: @escaping @Sendable () -> Void = {}
  ) throws {
    let planning = Planning(
      database: database, places: Places(caller: neighbours.auth), time: time,
      messagesWaiting: messagesWaiting)
    let metering = Metering(
      database: database, billing: neighbours.billing, time: time, log: log,
      wake: messagesWaiting)
    var routes = RPCRoutes()
    try KeywordHandlers(planning: planning).register(in: &routes)
    ImportHandlers(planning: planning).register(in: &routes)
    try ClusterHandlers(planning: planning).register(in: &routes)
    try IdeaHandlers(planning: planning, writer: neighbours.writer).register(in: &routes)
    StageHandlers(planning: planning).register(in: &routes)
    PaidHandlers(planning: planning, metering: metering, integration: neighbours.integration)
      .register(in: &routes)
    AccountExport(AccountArchive.tables, database: database)
      .register(PlannerExportMethods.exportAccount, in: &routes)
    self.routes = routes
  }
}

/// What all handlers work with.
struct Planning: Sendable {
  let database: Database
  let places: Places
  let time: any TimeSource
  let messagesWaiting: @Sendable () -> Void

  func run(
    _ statement: Statement, _ values: [SQLValue], for call: IncomingCall
  ) async throws -> Rows {
    let account = try call.requireAccount()
    return try await database.run(
      statement, [.id(account)] + values, in: .account(account), deadline: call.deadline)
  }

  func transaction<Result: Sendable>(
    for call: IncomingCall, _ body: (Transaction) async throws -> Result
  ) async throws -> Result {
    let account = try call.requireAccount()
    return try await database.transaction(
      in: .account(account), deadline: call.deadline, body)
  }
}

extension IncomingCall {
  /// The sites that the caller may see, as statements take them: NULL for all.
  var reach: SQLValue { context.sites.map { .ids($0) } ?? .null }
}
