import AuthContract
import Exports
import IntegrationContract
import Kernel
import Logging
import NIOCore
import Postgres
import RPC
import WriterContract

/// The integration context: AI functions, prompts, providers, publishing.
package struct IntegrationService: Sendable {
  package let routes: RPCRoutes
  private let http: OutboundHTTP

  /// - Parameter loops: open the sockets to providers.
  /// - Throws: `ResourceMistake` when a declared resource does not fit its messages.
  package init(
    settings: IntegrationSettings, database: Database, auth: any RPCCaller,
    writer: any RPCCaller, loops: any EventLoopGroup, time: any TimeSource,
    chance: any Chance, log: Logger
  ) throws {
    http = OutboundHTTP(settings: settings.outbound, loops: loops, time: time)
    let (tenancy, writing) = (TenancyClient(auth), WritingClient(writer))
    let thinker = ThinkerStore(database: database)
    let providers = ProviderStore(
      database: database, keys: settings.secretKeys, http: http,
      openAI: settings.providers.openAI)
    let caller = ProviderCaller(limits: settings.providers, time: time, chance: chance)
    let engines = EngineChoice(providers: providers, caller: caller, thinker: thinker)
    let logs = TaskLogs(engines: engines, database: database, time: time, log: log)
    let hosted = HostedSite(auth: tenancy, writer: writing, publicURL: settings.publicURL)
    var routes = RPCRoutes()
    AIHandlers(logs: logs, thinker: thinker).register(in: &routes)
    PromptHandlers(database: database, time: time).register(in: &routes)
    ProviderHandlers(store: providers, time: time).register(in: &routes)
    try ThinkerResources(database: database, auth: tenancy, time: time).register(in: &routes)
    try PublishingHandlers(
      database: database, destinations: [hosted], writer: writing, time: time, log: log
    ).register(in: &routes)
    AccountExport(AccountArchive.tables, database: database)
      .register(IntegrationExportMethods.exportAccount, in: &routes)
    self.routes = routes
  }

  /// Closes the connections to providers.
  package func close() async { await http.close() }
}
