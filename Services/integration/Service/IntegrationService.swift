import AuthContract
import IntegrationCore
import Kernel
import Logging
import Postgres
import RPC
import WriterContract

/// The integration context: AI functions, prompts, providers, publishing.
package struct IntegrationService: Sendable {
  package let routes: RPCRoutes

  /// - Throws: `ResourceMistake` when a declared resource does not fit its messages.
  package init(
    settings: IntegrationSettings, database: Database, auth: any RPCCaller,
    writer: any RPCCaller, time: any TimeSource, chance: any Chance, log: Logger
  ) throws {
    let thinker = ThinkerStore(database: database)
    let logs = TaskLogs(engines: EngineChoice(), database: database, time: time, log: log)
    let tenancy = TenancyClient(auth)
    let writing = WritingClient(writer)
    let hosted = HostedSite(auth: tenancy, writer: writing, publicURL: settings.publicURL)
    var routes = RPCRoutes()
    AIHandlers(logs: logs, thinker: thinker).register(in: &routes)
    try PublishingHandlers(
      database: database, destinations: [hosted], writer: writing, time: time, log: log
    ).register(in: &routes)
    self.routes = routes
  }
}
