import BillingContract
import BillingCore
import Exports
import Kernel
import Logging
import NIOCore
import Postgres
import RPC

/// The billing context: its answers, and the work it does by itself.
package struct BillingService: Sendable {
  package let routes: RPCRoutes
  package let sweeper: Sweeper
  package let ledgers: LedgerStore
  package let watch: PaymentWatch
  package let topUps: TopUpDesk
  package let renewals: RenewalDesk

  /// - Parameters:
  ///   - loops: run the calls to payment providers; without them none is offered.
  ///   - eventsWaiting: called when a commit has left events in the outbox.
  package init(
    settings: BillingSettings, database: Database, time: any TimeSource, log: Logger,
    loops: (any EventLoopGroup)? = nil, eventsWaiting: @escaping @Sendable () -> Void = {}
  ) {
    ledgers = LedgerStore(
      database: database, time: time, seller: settings.seller, eventsWaiting: eventsWaiting)
    sweeper = Sweeper(ledgers: ledgers, interval: settings.sweepEvery, log: log)
    let accounts = Accounts(ledgers: ledgers, settings: settings)
    var routes = RPCRoutes()
    HoldHandlers(ledgers: ledgers, settings: settings).register(in: &routes)
    BalanceHandlers(accounts: accounts).register(in: &routes)
    HistoryHandlers(accounts: accounts).register(in: &routes)
    CatalogHandlers(ledgers: ledgers).register(in: &routes)
    StaffHandlers(accounts: accounts, audit: LedgerAudit(database: database))
      .register(in: &routes)
    let desk = PaymentDesk(ledgers: ledgers, invoices: InvoiceWriting(seller: settings.seller))
    let providers = ProviderDesk(
      desk: desk, settings: settings.providers, loops: loops, log: log)
    watch = PaymentWatch(providers: providers)
    topUps = TopUpDesk(providers: providers)
    renewals = RenewalDesk(providers: providers)
    let offers = MethodOffers(database: database, providers: providers.publishableKeys)
    PaymentHandlers(desk: desk, offers: offers, providers: providers).register(in: &routes)
    WebhookHandlers(providers: providers).register(in: &routes)
    TopUpHandlers(database: database, time: time).register(in: &routes)
    StaffPaymentHandlers(desk: desk, providers: providers).register(in: &routes)
    MethodConfigHandlers(database: database, time: time).register(in: &routes)
    PaymentMethodHandlers(
      book: MethodBook(database: database, time: time), providers: providers
    ).register(in: &routes)
    let invoices = InvoiceWriting(seller: settings.seller)
    InvoiceHandlers(ledgers: ledgers, writing: invoices).register(in: &routes)
    InvoiceStaffHandlers(ledgers: ledgers, writing: invoices).register(in: &routes)
    SubscriptionHandlers(ledgers: ledgers).register(in: &routes)
    PlanHandlers(database: database, time: time, defaultPlan: settings.defaultPlan)
      .register(in: &routes)
    AccountExport(AccountArchive.tables, database: database)
      .register(BillingExportMethods.exportAccount, in: &routes)
    self.routes = routes
  }
}
