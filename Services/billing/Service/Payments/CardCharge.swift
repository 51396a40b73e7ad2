import BillingCore
import Kernel
import Logging
import Postgres
import RPC

extension ProviderDesk {
  /// Charges the card that a payment was begun for, with nobody there to agree; a repeat is the
  /// same charge. Nothing happens to payments that name no card.
  func charge(_ payment: StoredPayment) async throws {
    do {
      guard let card = try await card(of: payment) else { return }
      var order = ProviderOrder(payment)
      order.card = card
      _ = try await begin(order, payment, deadline: nil)
    } catch let error as RPCError {
      // Declined: it is written down. Away: whoever looks at payments asks again.
      log.warning(
        "A card was not charged",
        metadata: ["payment": "\(payment.id)", "error": "\(error.message)"])
    }
  }

  private func card(of payment: StoredPayment) async throws -> KeptCard? {
    try await desk.database.run(
      RenewalQueries.cardOf, [.id(payment.account), .id(payment.id)],
      in: .account(payment.account)
    ).first.map { KeptCard(customer: try $0.text(0), method: try $0.text(1)) }
  }

  /// Does rounds of work until the task is cancelled.
  /// - Parameter round: whether there may be more at once.
  func rounds(
    of work: String, every interval: Duration, _ round: @Sendable () async throws -> Bool
  ) async {
    while !Task.isCancelled {
      do {
        while try await round() {}
      } catch is CancellationError {
        return
      } catch {
        log.warning("A round failed", metadata: ["work": "\(work)", "error": "\(error)"])
      }
      try? await desk.ledgers.time.sleep(for: interval)
    }
  }
}
