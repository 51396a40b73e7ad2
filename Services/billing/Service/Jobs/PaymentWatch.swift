import BillingCore
import Kernel
import Logging
import Postgres
import RPC

/// Looks how payments stand whose provider has said nothing for a while: its news may be lost, or
/// a process may have died before it wrote down what the provider had answered. Any number may run;
/// each payment is looked at by one.
package struct PaymentWatch: Sendable {
  /// Payments looked at in a row.
  static let batch: Int64 = 50
  /// A payment that nobody paid in this time is given up. Money that comes later is taken all the
  /// same.
  static let patience = Duration.seconds(86_400)
  static let interval = Duration.seconds(30)

  package let providers: ProviderDesk
  private var desk: PaymentDesk { providers.desk }

  /// Watches until the task is cancelled.
  package func run() async {
    await providers.rounds(of: "payments", every: Self.interval) {
      try await look() >= Self.batch
    }
  }

  /// Looks at the payments that are due.
  /// - Returns: how many they were.
  package func look() async throws -> Int64 {
    let now = desk.ledgers.time.now()
    let rows = try await desk.database.run(
      PaymentQueries.claimChecks, [.instant(now), .int(Self.batch)], in: .allAccounts)
    for row in rows {
      let payment = try StoredPayment(row: row)
      do {
        try await look(at: payment, now)
      } catch let error as RPCError {
        providers.log.warning(
          "A payment cannot be looked at",
          metadata: ["payment": "\(payment.id)", "error": "\(error.message)"])
      }
    }
    return Int64(rows.count) + (try await lookAtRefunds(now))
  }

  private func lookAtRefunds(_ now: Instant) async throws -> Int64 {
    let rows = try await desk.database.run(
      RefundQueries.claimChecks,
      [.instant(now), .int(Self.batch), .instant(now + ProviderDesk.firstLook)],
      in: .allAccounts)
    for row in rows {
      let refund = try StoredRefund(row: row)
      do {
        _ = try await providers.go(refund, deadline: nil)
      } catch let error as RPCError {
        providers.log.warning(
          "A refund cannot be looked at",
          metadata: ["refund": "\(refund.id)", "error": "\(error.message)"])
      }
    }
    return Int64(rows.count)
  }

  private func look(at payment: StoredPayment, _ now: Instant) async throws {
    if payment.intent == nil { try await providers.charge(payment) }
    let seen = try await providers.capture(payment, deadline: nil)
    guard seen.payment.state == .processing, now - payment.createdAt >= Self.patience else {
      return
    }
    try await providers.withdraw(seen, reason: "Not paid in time")
  }
}
