import BillingContract
import BillingCore
import CommonContract
import Events
import Kernel
import Postgres
import RPC
import Resources

/// Changes of what the caller's account is subscribed to, and what came before.
struct SubscriptionHandlers: Sendable {
  let ledgers: LedgerStore

  private var database: Database { ledgers.database }
  private var invoices: InvoiceWriting { ledgers.terms.invoices }

  func register(in routes: inout RPCRoutes) {
    routes.answer(SubscriptionsMethods.getSubscription, get)
    routes.answer(SubscriptionsMethods.changePlan, change)
    routes.answer(SubscriptionsMethods.cancelSubscription, cancel)
    routes.answer(SubscriptionsMethods.resumeSubscription, resume)
    routes.answer(SubscriptionsMethods.listSubscriptionHistory, history)
  }

  private func get(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Subscription {
    let account = try call.requireAccount()
    try await ledgers.settle(account)
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      try await subscription(request.id, of: account, in: $0)
    }
  }

  private func subscription(
    _ id: Int64, of account: AccountID, in transaction: Transaction
  ) async throws -> Billing.Subscription {
    let rows = try await transaction.run(AccountQueries.subscriptions, [.id(account)])
    let found = try rows.first.map { try Billing.Subscription(row: $0, at: ledgers.time.now()) }
    guard let found, found.id == id else { throw RPCError(.notFound, "Resource not found") }
    return found
  }

  private func change(
    _ request: Billing.ChangePlanRequest, _ call: IncomingCall
  ) async throws -> Billing.PlanChange {
    guard let cycle = BillingCycle(rawValue: request.billingCycle) else {
      throw RPCError(field: "billing_cycle", "Must be monthly or annual")
    }
    guard request.planID != nil || !request.planSlug.isEmpty else {
      throw RPCError(required: "plan_id")
    }
    let keyed = try KeyedRequest(call, SubscriptionsMethods.changePlan, request)
    return try await decide(request.id, call, once: keyed) { transaction in
      let rows = try await transaction.run(
        SubscriptionQueries.offered,
        [.int(request.planID), .text(request.planID == nil ? request.planSlug : nil)])
      guard let plan = try rows.first.flatMap({ try PlanTerms(row: $0, from: 0) }) else {
        throw RPCError(field: "plan_id", "Unknown plan")
      }
      return .change(to: plan, cycle)
    }
  }

  private func cancel(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Subscription {
    try await decide(request.id, call) { _ in .cancel }.subscription ?? Billing.Subscription()
  }

  private func resume(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Subscription {
    try await decide(request.id, call) { _ in .resume }.subscription ?? Billing.Subscription()
  }

  /// What time has brought is booked before, in a transaction of its own: a request is decided on
  /// terms that nothing is due for.
  private func decide(
    _ id: Int64, _ call: IncomingCall, once keyed: KeyedRequest? = nil,
    _ request: @Sendable (Transaction) async throws -> SubscriptionRequest
  ) async throws -> Billing.PlanChange {
    let account = try call.requireAccount()
    try await ledgers.settle(account)
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      transaction in
      transaction.afterCommit(ledgers.eventsWaiting)
      return try await IdempotencyKeys.once(keyed, in: transaction) {
        let now = ledgers.time.now()
        var loaded = try await ledgers.load(
          account, .none, [], at: now, wholeTerms: true, in: transaction)
        _ = try await subscription(id, of: account, in: transaction)
        loaded.ledger.settle(at: now)
        guard loaded.ledger.changes.isEmpty else {
          throw RPCError(.aborted, "A new month begins; try again", reason: "conflict")
        }
        let step = try loaded.ledger.decide(try await request(transaction), at: now)
        let invoice = try await take(step, &loaded.ledger, by: Doer(call), at: now, in: transaction)
        try await ledgers.write(loaded, by: Doer(call), in: transaction)
        return Billing.PlanChange(
          subscription: try await subscription(id, of: account, in: transaction),
          effective: step.effective, invoice: invoice?.reply(at: now))
      }
    }
  }

  /// Lets the step happen, its invoice included; an offer that it replaces is taken back.
  private func take(
    _ step: SubscriptionStep, _ ledger: inout Ledger, by doer: Doer, at now: Instant,
    in transaction: Transaction
  ) async throws -> Invoice? {
    guard case .awaitsPayment(let change) = step else {
      if step != .unchanged { ledger.dropChange(at: now) }
      ledger.take(step, at: now)
      guard step == .unchanged, let open = ledger.terms.change?.invoice else { return nil }
      let rows = try await transaction.run(InvoiceQueries.get, [.id(ledger.account), .id(open)])
      return try await invoices.invoices(rows, of: ledger.account, in: transaction).first
    }
    ledger.dropChange(at: now)
    let draft = InvoiceDraft(
      .change, lines: ledger.terms.lines(of: change, at: now),
      currency: change.plan.price.currency, reference: "plan/\(change.plan.id)",
      period: Period(start: now, end: change.term.end), dueAfter: change.dueAt - now)
    let invoice = try await invoices.issue(
      draft, for: ledger.account, by: doer, at: now, in: transaction)
    ledger.take(.awaitsPayment(change.invoiced(by: invoice.id)), at: now)
    return invoice
  }

  private func history(
    _ request: Billing.ListSubscriptionHistoryRequest, _ call: IncomingCall
  ) async throws -> Billing.ListSubscriptionHistoryReply {
    let account = try call.requireAccount()
    let page = try Page(request.page, size: request.pageSize)
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      transaction in
      _ = try await subscription(request.id, of: account, in: transaction)
      let rows = try await transaction.runAll([
        (SubscriptionQueries.countHistory, [.id(account)]),
        (
          SubscriptionQueries.history,
          [.id(account), .int(page.size), .int(page.offset)]
        ),
      ])
      return Billing.ListSubscriptionHistoryReply(
        count: try rows[0].one().int(0),
        results: try rows[1].map { row in
          Billing.SubscriptionStory(
            id: try row.int(0), what: try row.text(1), note: try row.text(2),
            planID: try row.int(3), planName: try row.text(4), billingCycle: try row.text(5),
            userID: try row.optionalInt(6), createdAt: try row.instant(7))
        })
    }
  }
}

extension SubscriptionStep {
  fileprivate var effective: String {
    switch self {
    case .unchanged, .goesOn: "unchanged"
    case .begins: "now"
    case .awaitsPayment: "on_payment"
    case .changesWithTerm, .endsWithTerm: "with_next_term"
    }
  }
}

extension Ledger {
  fileprivate func decide(
    _ request: SubscriptionRequest, at now: Instant
  ) throws -> SubscriptionStep {
    do throws(SubscriptionRefusal) {
      return try terms.step(request, at: now)
    } catch {
      throw error.rpcError
    }
  }
}

extension SubscriptionRefusal {
  var rpcError: RPCError {
    switch self {
    case .paused:
      RPCError(.failedPrecondition, "The account is suspended", reason: "suspended")
    case .pastDue:
      RPCError(.failedPrecondition, "The present term has to be paid first", reason: "past_due")
    case .ending:
      RPCError(
        .failedPrecondition, "The cancellation has to be undone first", reason: "ending")
    case .cancelled:
      RPCError(
        .failedPrecondition, "The subscription has ended; choose a plan", reason: "cancelled")
    case .otherCurrency:
      RPCError(field: "plan_id", "The plan is sold in another currency")
    }
  }
}
