import BillingCore
import Events
import JSON
import Kernel
import Postgres
import RPC

/// What changes of a subscription mean beyond its row: invoices of terms that begin, invoices that
/// nobody is to pay any more, the history, the event `subscription.changed`.
struct TermWriting: Sendable {
  let invoices: InvoiceWriting

  /// Makes and closes the invoices, in the transaction of the change.
  /// - Returns: what is to be stored with it.
  func commands(
    for ledger: inout Ledger, by doer: Doer, at now: Instant,
    in transaction: Transaction
  ) async throws -> [Command] {
    let changes = ledger.changes
    guard changes.terms else { return [] }
    for id in changes.lapsed {
      _ = try await invoices.close(
        id, of: ledger.account, .void, by: doer, at: now, in: transaction)
    }
    if let id = changes.unpaid {
      _ = try await invoices.close(
        id, of: ledger.account, .giveUp, by: doer, at: now, in: transaction)
    }
    if let term = changes.newTerm {
      let draft = InvoiceDraft(
        .renewal, lines: ledger.terms.lines(of: term), currency: ledger.terms.price.currency,
        reference: "term/\(term.start.date.text)", key: "term/\(term.start.date.text)",
        period: term)
      let invoice = try await invoices.issue(
        draft, for: ledger.account, by: doer, at: now, in: transaction)
      ledger.owe(invoice.id, since: invoice.state == .paid ? nil : invoice.dueAt)
    }
    let account: SQLValue = .id(ledger.account)
    let isOwed = changes.newTerm != nil && ledger.terms.owedSince != nil
    let charge: Command = (
      RenewalQueries.plan, [account, .id(ledger.terms.termInvoice), .instant(now)]
    )
    let stories = changes.story.map { story -> Command in
      (
        SubscriptionQueries.tell,
        [
          account, .text(story.kind.rawValue), .text(story.note), .int(ledger.terms.planID),
          .text(ledger.terms.cycle.rawValue), .id(doer.user), .instant(story.at),
        ]
      )
    }
    return [(SubscriptionQueries.store, ledger.terms.bindings(account))] + stories
      + (isOwed ? [charge] : [])
      + tell(ledger, by: doer, at: now)
  }

  private func tell(_ ledger: Ledger, by doer: Doer, at now: Instant) -> [Command] {
    let terms = ledger.terms
    let told = JSONValue.object([
      .init("account_id", .int(ledger.account.value)), .init("plan_id", .int(terms.planID)),
      .init("plan", .string(terms.planName)), .init("billing_cycle", .string(terms.cycle.rawValue)),
      .init("status", .string(terms.state(at: now).rawValue)),
      .init("what", .string(ledger.changes.story.last?.kind.rawValue ?? "renewed")),
    ])
    let line = AuditLine(
      "subscription.\(ledger.changes.story.last?.kind.rawValue ?? "renewed")",
      account: ledger.account, "subscription", nil, after: told)
    let event = OutboxMessage.event(
      "subscription.changed", account: ledger.account, payload: told.text)
    return line.commands(by: doer, at: now) + Outbox.commands([event])
  }
}
