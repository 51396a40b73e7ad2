import BillingContract
import CommonContract
import Events
import JSON
import Kernel
import Logging
import RPC

/// What billing knows of accounts: their credits and plans.
struct CreditAccounts: Sendable {
  /// The outbox call that opens a credit account.
  static let openKind = "billing.open_account"
  /// How long a person waits for figures that are only shown.
  private static let patience: Duration = .seconds(2)

  let billing: BillingClient
  let time: any TimeSource
  let log: Logger

  init(caller: any RPCCaller, time: any TimeSource, log: Logger) {
    (billing, self.time, self.log) = (BillingClient(caller), time, log)
  }

  /// What is written down with a new account, so that it gets its credits whatever happens next.
  static func opening(
    _ account: AccountID, plan: String, isInternal: Bool = false
  ) -> OutboxMessage {
    let payload: JSONValue = ["plan_slug": .string(plan), "internal_plan": .bool(isInternal)]
    return .call(openKind, account: account, payload: payload.text, key: "open")
  }

  /// Delivers such a message. A plan that has ceased to exist meanwhile gives way to the default.
  func deliver(_ message: OutboxMessage) async throws {
    let payload = try JSONValue(parsing: message.payload)
    let plan = payload["plan_slug"]?.string ?? ""
    let isInternal = payload["internal_plan"]?.bool ?? false
    let call = OutgoingCall(
      context: CallContext(
        requestID: "outbox-auth-\(message.id)", actor: .service, account: message.account),
      deadline: Deadline(in: .seconds(10), of: time))
    do {
      _ = try await open(message.account, plan: plan, isInternal: isInternal, call)
    } catch let error as RPCError where error.code == .invalidArgument && !plan.isEmpty {
      _ = try await open(message.account, plan: "", call)
    }
  }

  /// Opens the credit account of a new account at once; nil when billing is away and the outbox
  /// will see to it.
  func openNow(
    _ account: AccountID, plan: String, _ call: IncomingCall
  ) async -> Billing.AccountSummary? {
    do {
      return try await open(account, plan: plan, call.outgoingInternal(timeout: Self.patience))
    } catch {
      log.warning("a credit account will be opened later", metadata: ["error": "\(error)"])
      return nil
    }
  }

  private func open(
    _ account: AccountID, plan: String, isInternal: Bool = false, _ call: OutgoingCall
  ) async throws -> Billing.AccountSummary {
    try await billing.openAccount(
      Billing.OpenAccountRequest(
        accountID: account.value, planSlug: plan, internalPlan: isInternal), call)
  }

  /// The plan that an account is on.
  /// - Throws: also when billing is away: what a plan limits waits for it.
  func plan(of account: AccountID, _ call: IncomingCall) async throws -> Billing.Plan {
    let summary = try await billing.getAccountSummary(
      Billing.AccountRequest(accountID: account.value),
      call.outgoingInternal(timeout: Self.patience))
    return summary.plan ?? Billing.Plan()
  }

  /// What the caller's plan allows, and the month's credits.
  func limits(_ call: IncomingCall) async throws -> [Billing.Limit] {
    try await billing.listLimits(Common.Empty(), call.outgoingInternal()).results
  }

  /// Whether there is such a plan to subscribe to; nil when billing is away.
  func offers(plan slug: String, _ call: IncomingCall) async -> Bool? {
    do {
      let request = Billing.ListPlansRequest(pageSize: 100)
      let plans = try await billing.listPlans(
        request, call.outgoingInternal(timeout: Self.patience))
      return plans.results.contains { $0.slug == slug }
    } catch {
      return nil
    }
  }

  /// Credits and plans of accounts; none when billing is away, because who signs in or looks at a
  /// list can do without.
  func summaries(
    of accounts: [AccountID], _ call: IncomingCall
  ) async -> [AccountID: Billing.AccountSummary] {
    guard !accounts.isEmpty else { return [:] }
    do {
      let reply = try await billing.listAccountSummaries(
        Billing.AccountsRequest(accountIDs: Set(accounts).sorted().map(\.value)),
        call.outgoingInternal(timeout: Self.patience))
      let pairs = reply.accounts.map { (AccountID($0.accountID), $0) }
      return Dictionary(pairs) { first, _ in first }
    } catch {
      log.warning("credits cannot be shown", metadata: ["error": "\(error)"])
      return [:]
    }
  }

  /// Gives or takes credits; once for each key.
  func adjust(
    _ account: AccountID, by amount: Int64, reason: String, _ call: IncomingCall
  ) async throws -> Billing.Transaction {
    try await billing.adjustCredits(
      Billing.AdjustCreditsRequest(
        accountID: account.value, amount: amount, reason: reason,
        userID: call.context.user?.value),
      call.outgoingInternal(key: call.idempotencyKey))
  }
}
