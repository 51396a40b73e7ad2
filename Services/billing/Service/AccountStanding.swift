import BillingCore
import Events
import Kernel
import Postgres
import RPC

/// What auth tells of accounts: the subscription of one that is suspended, or that is to be erased,
/// waits until the account is active again.
struct AccountStanding: Sendable {
  let ledgers: LedgerStore

  var handlers: [String: EventConsumer.Handler] {
    [
      "account.suspended": { event, transaction in
        try await change(event, in: transaction) { $0.pause(since: event.createdAt, at: $1) }
      },
      "account.activated": { event, transaction in
        try await change(event, in: transaction) { $0.unpause(at: $1) }
      },
    ]
  }

  private func change(
    _ event: Event, in transaction: Transaction, _ step: (inout Ledger, Instant) -> Void
  ) async throws {
    guard let number = event.number else {
      throw RPCError(.invalidArgument, "The event has no number")
    }
    transaction.afterCommit(ledgers.eventsWaiting)
    let now = ledgers.time.now()
    // Before the account is open there is nothing to pause: the event comes again.
    try await transaction.lockLedger(of: event.account)
    let heard = try await transaction.run(
      SubscriptionQueries.hear, [.id(event.account), .int(number)])
    guard heard.rowsAffected > 0 else { return }
    var loaded = try await ledgers.load(
      event.account, .none, [], at: now, wholeTerms: true, in: transaction)
    step(&loaded.ledger, now)
    try await ledgers.write(loaded, by: .system, in: transaction)
  }
}
