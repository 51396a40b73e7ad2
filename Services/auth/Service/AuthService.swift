import AuthCore
import BillingContract
import Events
import Exports
import Kernel
import Logging
import Mail
import Postgres
import RPC
import Settings

/// The auth context: who somebody is, what is theirs and what they may do.
package struct AuthService: Sendable {
  package let routes: RPCRoutes
  /// What delivers the calls of the outbox.
  package let outboxHandlers: [String: OutboxRelay.Handler]
  /// What is done about the events of other contexts.
  package let eventHandlers: [String: EventConsumer.Handler]
  let hashing: PasswordHashing
  private let staff: StaffAccount
  private let erasure: Erasure
  private let exporter: Exporter
  private let database: Database
  private let time: any TimeSource

  /// - Parameters:
  ///   - mailer: what mails go through; without one they wait in the outbox.
  ///   - others: the contexts whose data the archive of an account has besides this one's.
  ///   - messagesWaiting: called when a commit has left messages in the outbox.
  /// - Throws: `ResourceMistake` when a declaration does not fit its messages.
  package init(
    settings: AuthSettings, database: Database, billing: any RPCCaller, mailer: (any Mailer)?,
    exporting others: [ExportSource] = [], time: any TimeSource, log: Logger,
    messagesWaiting: @escaping @Sendable () -> Void = {}
  ) throws {
    (self.database, self.time) = (database, time)
    let credits = CreditAccounts(caller: billing, time: time, log: log)
    hashing = PasswordHashing(
      strength: settings.passwordStrength, atOnce: settings.hashesAtOnce)
    let keys = SigningKeys(settings: settings, database: database, time: time)
    let sessions = Sessions(
      settings: settings, keys: keys, database: database, credits: credits, time: time)
    let postbox = Postbox(
      settings: settings, mailer: mailer, time: time, log: log, messagesWaiting: messagesWaiting)
    let tokens = MailTokens(postbox: postbox, database: database, time: time)
    let registrar = Registrar(
      database: database, hashing: hashing, credits: credits, tokens: tokens, time: time,
      messagesWaiting: messagesWaiting)
    let own = ExportSource("auth", AccountExport(AccountArchive.tables, database: database))
    exporter = Exporter(
      database: database, sources: [own] + others, postbox: postbox, time: time, log: log)
    outboxHandlers = [
      CreditAccounts.openKind: credits.deliver, Postbox.kind: postbox.deliver,
      MailTokens.resetKind: tokens.answerWish, Exporter.kind: exporter.deliver,
    ]
    eventHandlers = AuditNews.handlers.merging(MoneyNews(postbox: postbox).handlers) { _, new in
      new
    }
    let users = Users(database: database, hashing: hashing, credits: credits, time: time)
    var routes = RPCRoutes()
    RegistrationHandlers(registrar: registrar, sessions: sessions).register(in: &routes)
    let failures = SignInFailures(database: database, time: time)
    let factors = SecondFactors(settings: settings, time: time)
    staff = StaffAccount(settings, registrar)
    SignInHandlers(
      sessions: sessions, hashing: hashing, failures: failures, factors: factors, staff: staff
    ).register(in: &routes)
    TwoFactorHandlers(
      users: users, failures: failures, factors: factors, postbox: postbox,
      issuer: settings.issuer
    ).register(in: &routes)
    TwoFactorStaffHandlers(users: users, postbox: postbox).register(in: &routes)
    PasswordHandlers(
      sessions: sessions, users: users, failures: failures,
      changes: PasswordChanges(postbox: postbox, time: time), tokens: tokens
    ).register(in: &routes)
    MailboxHandlers(users: users, tokens: tokens).register(in: &routes)
    SessionHandlers(users: users).register(in: &routes)
    let limits = PlanLimits(credits: credits, time: time)
    let invitations = Invitations(postbox: postbox, time: time)
    InvitationHandlers(users: users, limits: limits, invitations: invitations)
      .register(in: &routes)
    AcceptanceHandlers(
      users: users, sessions: sessions, limits: limits, invitations: invitations
    ).register(in: &routes)
    let people = UserHandlers(users: users, limits: limits, invitations: invitations)
    people.register(in: &routes)
    TeamHandlers(people: people).register(in: &routes)
    AuditHandlers(database: database).register(in: &routes)
    LimitHandlers(database: database, credits: credits).register(in: &routes)
    AccountHandlers(users: users).register(in: &routes)
    AccountChangeHandlers(users: users, messagesWaiting: messagesWaiting).register(in: &routes)
    SiteKeyHandlers(database: database, time: time).register(in: &routes)
    SettingHandlers(database: database, time: time).register(in: &routes)
    ModuleHandlers(database: database, time: time).register(in: &routes)
    PrincipalHandlers(database: database, keys: keys, time: time).register(in: &routes)
    PlaceHandlers(database: database).register(in: &routes)
    let reference = ReferenceHandlers(database: database)
    reference.register(in: &routes)
    ReferenceStaffHandlers(reading: reference, time: time).register(in: &routes)
    AccountSettingHandlers(
      database: database, invoices: InvoicesClient(billing), time: time
    ).register(in: &routes)
    ErasureHandlers(users: users, messagesWaiting: messagesWaiting).register(in: &routes)
    ExportHandlers(database: database, time: time, messagesWaiting: messagesWaiting)
      .register(in: &routes)
    erasure = Erasure(database: database, time: time, messagesWaiting: messagesWaiting)
    let sites = Sites(
      database: database, limits: limits, time: time, messagesWaiting: messagesWaiting)
    try sites.register(in: &routes)
    self.routes = routes
  }

  /// Makes the platform's account and its developer unless they are there.
  /// - Parameter looked: called once it is known whether they are, before a password is hashed.
  /// - Throws: when the database is away; to be tried again.
  package func ensureStaff(_ looked: @escaping @Sendable () -> Void = {}) async throws {
    try await staff.ensure(looked)
  }

  /// Erases the accounts whose time has come; forgets tokens and failures that are long over.
  package func sweep() async throws {
    let now = time.now()
    let old = [
      TokenQueries.deleteOld, MailTokenQueries.deleteOldResets,
      MailTokenQueries.deleteOldVerifications, SessionQueries.deleteOld,
    ]
    for statement in old {
      _ = try await database.run(
        statement, [.instant(now - .seconds(86_400))], in: .allAccounts)
    }
    _ = try await database.run(
      TokenQueries.deleteOldFailures, [.instant(now - Lockout.email.memory)], in: .none)
    try await exporter.sweep()
    try await erasure.round()
  }
}
