import AuthContract
import BillingContract
import CommonContract
import Cryptography
import Events
import Kernel
import Mail
import Postgres
import RPC
import RPCTestKit
import Settings
import Synchronization
import TestKit

@testable import AuthService

/// Billing as auth sees it: opens accounts with a hundred credits, once each.
final class BillingStandIn: Sendable {
  struct State {
    var plans: [Int64: String] = [:]
    var adjustments: [String: Billing.Transaction] = [:]
    var isAway = false
    var profiles: [Int64: Billing.BillingProfile] = [:]
    var limits = Billing.Plan(maxUsers: 100, maxSites: 100, maxIndustries: 100)
  }

  let state = Mutex(State())

  var routes: RPCRoutes {
    var routes = RPCRoutes()
    routes.handle(BillingMethods.openAccount) { request, _ in
      try self.change {
        let plan = $0.plans[request.accountID] ?? request.planSlug
        $0.plans[request.accountID] = plan.isEmpty ? "free" : plan
        return self.summary(request.accountID, $0)
      }
    }
    routes.handle(BillingMethods.listAccountSummaries) { request, _ in
      try self.change { state in
        Billing.AccountSummaries(
          accounts: request.accountIDs.filter { state.plans[$0] != nil }
            .map { self.summary($0, state) })
      }
    }
    routes.handle(BillingMethods.getAccountSummary) { request, _ in
      try self.change { Billing.AccountSummary(accountID: request.accountID, plan: $0.limits) }
    }
    routes.handle(BillingMethods.listLimits) { _, _ in
      try self.change { state in
        Billing.ListLimitsReply(results: [
          Billing.Limit(title: "Monthly credits", limit: 100, used: 3, unit: "credits"),
          Billing.Limit(title: "Users", limit: state.limits.maxUsers, unit: "users"),
          Billing.Limit(title: "Sites", limit: state.limits.maxSites, unit: "sites"),
          Billing.Limit(title: "Author profiles", limit: 1, unit: "profiles"),
        ])
      }
    }
    routes.handle(BillingMethods.listPlans) { _, _ in
      try self.change { _ in
        Billing.ListPlansReply(results: [Billing.Plan(slug: "free"), Billing.Plan(slug: "growth")])
      }
    }
    routes.handle(InvoicesMethods.getBillingProfile) { _, call in
      try self.change { $0.profiles[call.context.account?.value ?? 0] ?? .init() }
    }
    routes.handle(InvoicesMethods.updateBillingProfile) { request, call in
      if let country = request.country, country.count != 2 {
        throw RPCError(field: "country", "Invalid country")
      }
      return try self.change {
        var profile = $0.profiles[call.context.account?.value ?? 0] ?? .init()
        profile.name = request.name ?? profile.name
        profile.address = request.address ?? profile.address
        profile.country = request.country ?? profile.country
        profile.taxID = request.taxID ?? profile.taxID
        profile.email = request.email ?? profile.email
        $0.profiles[call.context.account?.value ?? 0] = profile
        return profile
      }
    }
    routes.handle(BillingMethods.adjustCredits) { request, call in
      try self.change { state in
        let key = call.idempotencyKey ?? "\(state.adjustments.count)"
        if let known = state.adjustments[key] { return known }
        let booked = Billing.Transaction(
          id: Int64(state.adjustments.count + 1), amount: request.amount,
          balanceAfter: 100 + request.amount, description: request.reason,
          accountID: request.accountID)
        state.adjustments[key] = booked
        return booked
      }
    }
    return routes
  }

  private func change<R>(_ body: (inout State) throws -> sending R) throws -> sending R {
    try state.withLock { state in
      if state.isAway { throw RPCError(.unavailable, "away") }
      return try body(&state)
    }
  }

  private func summary(_ account: Int64, _ state: State) -> Billing.AccountSummary {
    Billing.AccountSummary(
      accountID: account, credits: 100, availableCredits: 100,
      plan: Billing.Plan(slug: state.plans[account] ?? ""))
  }
}

/// The auth service over a database of its own, in a time that the test moves.
struct AuthWorld: Sendable {
  static let password = "correct-horse-7"

  let test: TestDatabase
  let time = ManualTime(now: Instant(CivilDate(year: 2026, month: 3, day: 10)))
  let billing = BillingStandIn()
  let mailer = MailerStandIn()
  let settings: AuthSettings
  let service: AuthService

  static func make() async throws -> AuthWorld {
    try await AuthWorld(
      test: TestDatabase.make(schema: AuthMigrations.schema, migrations: AuthMigrations.all))
  }

  private init(test: TestDatabase) throws {
    self.test = test
    var settings = AuthSettings()
    settings.passwordStrength = .quick
    settings.secretKeys = try SecretKeys(parsing: "k1:" + String(repeating: "07", count: 32))
    settings.staffEmail = "staff@igny8.example"
    settings.staffPassword = .init("staff-password-1")
    self.settings = settings
    service = try AuthService(
      settings: settings, database: test.database,
      billing: InProcessTransport(billing.routes), mailer: mailer, time: time, log: quietLog)
  }

  var database: Database { test.database }
  private var transport: InProcessTransport { InProcessTransport(service.routes) }
  var auth: AuthClient { AuthClient(transport) }
  var tenancy: TenancyClient { TenancyClient(transport) }
  var reference: ReferenceClient { ReferenceClient(transport) }
  var accounts: AccountsClient { AccountsClient(transport) }
  var settingsOf: SettingsClient { SettingsClient(transport) }

  func call(
    as role: Role = .owner, actor: CallContext.Actor = .user, account: Int64? = nil,
    user: Int64? = nil, sites: [Int64]? = nil, key: String? = nil, address: String? = nil,
    session: Int64? = nil, userAgent: String? = nil
  ) -> OutgoingCall {
    let context = CallContext(
      requestID: "test", actor: actor, account: account.map { AccountID($0) },
      user: user.map { UserID($0) }, role: role, sites: sites.map { $0.map { SiteID($0) } },
      address: address, session: session, userAgent: userAgent)
    return OutgoingCall(
      context: context, deadline: Deadline(in: .seconds(300), of: RealTime()),
      idempotencyKey: key)
  }

  var anonymous: OutgoingCall { call(as: .viewer, actor: .anonymous, address: "198.51.100.7") }
  var internally: OutgoingCall { call(as: .systemBot, actor: .service) }

  /// A call by the one who has signed in.
  func call(by session: Auth.Session, sites: [Int64]? = nil, key: String? = nil) -> OutgoingCall {
    let user = session.user
    return call(
      as: Role(rawValue: user?.role ?? "") ?? .viewer, account: user?.accountID, user: user?.id,
      sites: sites, key: key)
  }

  func register(
    _ email: String = "ada@lovelace.example", plan: String? = nil, name: String? = nil
  ) async throws -> Auth.Session {
    try await auth.register(
      Auth.RegisterRequest(
        email: email, password: Self.password, accountName: name, planSlug: plan), anonymous)
  }

  func login(
    _ email: String = "ada@lovelace.example", _ password: String = password
  ) async throws -> Auth.Session {
    try await auth.login(Auth.LoginRequest(email: email, password: password), anonymous)
  }

  /// A number from the tables, across all accounts.
  func number(_ sql: String) async throws -> Int64 {
    try await database.run(Statement("test.number", sql), in: .allAccounts).one().int(0)
  }
}

/// What a call was refused with; nil when it went through.
func refusal(_ body: () async throws -> some Any) async throws -> RPCError? {
  do {
    _ = try await body()
    return nil
  } catch let error as RPCError {
    return error
  }
}

extension RPCError {
  /// What it says of a field.
  subscript(field: String) -> [String] {
    details.fields.first { $0.name == field }?.messages ?? []
  }
}
