import Kernel
import Testing

@testable import BillingCore

@Suite("What a refund does to a ledger")
struct RefundTests {
  private func ledger() -> (Ledger, LotID) {
    var ledger = Ledger(account: AccountID(7))
    _ = ledger.grant(
      Credits(100), as: .plan, booked: .subscription, "plan", reference: "period/x", key: nil,
      expiresAt: after(86_400), at: start)
    let entry = ledger.purchase(Credits(500), "500 credits", reference: "payment/1", at: start)
    return (ledger, entry.movements[0].lot)
  }

  @Test(
    "it takes its own lot's free credits first, then others, never more than are free",
    arguments: [
      (200, [-200]), (500, [-500]), (550, [-500, -50]), (600, [-500, -100]), (900, [-500, -100]),
    ] as [(Int64, [Int64])])
  func order(wanted: Int64, moved: [Int64]) throws {
    var (ledger, lot) = ledger()
    let taken = ledger.takeBack(
      Credits(wanted), of: lot, "Refund", reference: "refund/1", at: after(1))
    let entry = try #require(taken)
    #expect(entry.movements.map(\.credits.value) == moved)
    #expect((entry.kind, entry.key) == (.refund, "refund/1"))
    #expect(ledger.isBalanced)
  }

  @Test("nothing that is free is nothing to take")
  func nothing() {
    var ledger = Ledger(account: AccountID(7))
    let entry = ledger.takeBack(
      Credits(5), of: LotID(1), "Refund", reference: "refund/1", at: start)
    #expect(entry == nil)
    #expect(ledger.changes.entries.isEmpty)
  }

  @Test("what a failed refund took returns to the very lots; what has expired there lapses at once")
  func putBack() throws {
    var (ledger, lot) = ledger()
    let taken = ledger.takeBack(
      Credits(600), of: lot, "Refund", reference: "refund/1", at: after(1))
    let stored = ledger.lots
    // As the store would load it: lots without credits are not there.
    var loaded = Ledger(
      account: ledger.account, balance: ledger.balance, seq: ledger.seq, lotCount: 2)
    loaded.putBack(
      try #require(taken).movements, into: stored, "Refund failed", reference: "refund/1",
      key: "refund/1/failed", at: after(2 * 86_400))
    #expect(loaded.balance == Credits(500))
    #expect(loaded.lots.map(\.free).reduce(.zero, +) == Credits(500))
    #expect(loaded.changes.entries.map(\.kind) == [.refund, .adjustment])
    #expect(loaded.isBalanced)
  }

  @Test("parts of a payment take all of its credits together, whatever the parts")
  func shares() {
    let total = Money(minor: 1_999, .dollar)
    for part in [1, 7, 333, 667, 1_998, 1_999] as [Int64] {
      var (before, credits) = (Int64(0), Int64(0))
      while before < total.minor {
        let amount = min(part, total.minor - before)
        credits +=
          RefundShare.credits(
            of: Credits(501), total: total, before: Money(minor: before, .dollar),
            amount: Money(minor: amount, .dollar)
          ).value
        before += amount
      }
      #expect(credits == 501)
    }
  }

  @Test("news of a refund in every state")
  func states() {
    let outcomes: [RefundOutcome] = [.waiting, .succeeded, .failed(reason: "no")]
    let expected: [RefundState: [RefundState?]] = [
      .processing: [nil, .succeeded, .failed], .succeeded: [nil, nil, .failed],
      .failed: [nil, nil, nil],
    ]
    for state in RefundState.allCases {
      #expect(outcomes.map { state.after($0) } == expected[state])
    }
  }
}
