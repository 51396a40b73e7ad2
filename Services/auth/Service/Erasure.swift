import AuthContract
import Events
import JSON
import Kernel
import Postgres

/// Accounts go fourteen days after their owner said so: their rows here in one transaction, which
/// also tells the other contexts to do the same.
struct Erasure: Sendable {
  static let grace: Duration = .seconds(14 * 86_400)
  /// Accounts of one round.
  private static let most: Int64 = 20

  let database: Database
  let time: any TimeSource
  let messagesWaiting: @Sendable () -> Void

  /// Erases what is due. One account that cannot go keeps no other from going.
  /// - Throws: the first account's failure, once all had their turn.
  func round() async throws {
    let due = try await database.run(
      ErasureQueries.due, [.instant(time.now()), .int(Self.most)], in: .allAccounts)
    var failure: (any Error)?
    for row in due {
      do { try await erase(AccountID(try row.int(0))) } catch { failure = failure ?? error }
    }
    if !due.isEmpty { messagesWaiting() }
    if let failure { throw failure }
  }

  private func erase(_ account: AccountID) async throws {
    let now = time.now()
    try await database.transaction(in: .account(account)) { transaction in
      let begun = try await transaction.run(
        ErasureQueries.begin, [.id(account), .instant(now)])
      guard !begun.isEmpty else { return }
      _ = try await transaction.runAll(ErasureQueries.steps.map { ($0, [.id(account)]) })
      let payload: JSONValue = ["account_id": .int(account.value)]
      Outbox.add(
        .event(AccountErasure.kind, account: account, payload: payload.text, key: "erased"),
        in: transaction)
    }
  }
}
