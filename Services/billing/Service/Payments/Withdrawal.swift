import BillingCore
import Kernel
import RPC

extension ProviderDesk {
  /// Gives a payment up, at its provider first: what was withdrawn there cannot be paid any more.
  /// Money that came before is booked instead.
  /// - Throws: `RPCError` when it is paid or about to be, or the provider does not answer.
  @discardableResult
  func withdraw(
    _ payment: StoredPayment, reason: String, by doer: Doer = .system, deadline: Deadline? = nil
  ) async throws -> StoredPayment {
    if payment.payment.state == .processing, let intent = payment.intent,
      let provider = providers[payment.payment.way]
    {
      try await withdraw(intent, at: provider, payment, deadline)
    }
    return try await desk.apply(
      .withdrawn(reason: reason), to: payment.id, of: payment.account, by: doer,
      deadline: deadline)
  }

  private func withdraw(
    _ intent: String, at provider: any PaymentProvider, _ payment: StoredPayment,
    _ deadline: Deadline?
  ) async throws {
    do {
      let found = try await provider.cancel(intent)
      switch found.outcome {
      case .paid: _ = try await take(found, for: payment, deadline: deadline)
      case .declined, .withdrawn: break
      case .waiting, .agreed:
        throw RPCError(
          .failedPrecondition, "The provider is taking the money already", reason: "under_way")
      }
    } catch ProviderFailure.refused {
      // It knows no such payment: nothing of it can be paid there.
    } catch let failure as ProviderFailure {
      throw failure.rpcError
    }
  }
}
