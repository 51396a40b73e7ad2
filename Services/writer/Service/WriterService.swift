import Exports
import Kernel
import Logging
import Metering
import Postgres
import RPC
import WriterContract

/// The writer context: tasks, the articles written for them, their pictures.
package struct WriterService: Sendable {
  /// The services that it calls.
  package struct Services: Sendable {
    let auth: any RPCCaller
    let billing: any RPCCaller
    let integration: any RPCCaller

    package init(auth: any RPCCaller, billing: any RPCCaller, integration: any RPCCaller) {
      (self.auth, self.billing, self.integration) = (auth, billing, integration)
    }
  }

  package let routes: RPCRoutes

  /// - Parameter messagesWaiting: called when a commit has left messages in the outbox.
  /// - Throws: `ResourceMistake` when a declaration does not fit its contract.
  package init(
    settings: WriterSettings, database: Database, services: Services, time: any TimeSource,
    log: Logger, messagesWaiting: @escaping @Sendable () -> Void = {}
  ) throws {
    let places = Places(services.auth)
    let library = Library(database: database, time: time)
    let metering = Metering(
      database: database, billing: services.billing, time: time, log: log, wake: messagesWaiting)
    var routes = RPCRoutes()
    try TaskResource(places: places, wake: messagesWaiting).register(in: &routes, library)
    try ContentResource(
      places: places, profiles: AuthorProfiles(services.integration), wake: messagesWaiting
    ).register(in: &routes, library)
    try ImageResource(places: places).register(in: &routes, library)
    RevisionHandlers(library: library).register(in: &routes)
    ImageFileHandlers(library: library, settings: settings).register(in: &routes)
    QueueHandlers(library: library, wake: messagesWaiting).register(in: &routes)
    StageHandlers(library: library).register(in: &routes)
    PublicationHandlers(library: library, wake: messagesWaiting).register(in: &routes)
    SiteHandlers(library: library, settings: settings).register(in: &routes)
    let work = AIWork(
      library: library, metering: metering, places: places, integration: services.integration,
      log: log)
    ContentWriting(work: work).register(in: &routes)
    PromptWriting(work: work).register(in: &routes)
    ImageMaking(work: work).register(in: &routes)
    AccountExport(AccountArchive.tables, database: database)
      .register(WriterExportMethods.exportAccount, in: &routes)
    self.routes = routes
  }
}
