import BillingCore
import CommonContract
import Kernel
import RPC

/// A provider that takes money for us.
///
/// Every call that moves money carries a key made of our own row's number, so that a call repeated
/// after a lost answer is the same call.
protocol PaymentProvider: Sendable {
  var way: PaymentWay { get }
  /// What browsers need to know; empty for nothing.
  var publishableKey: String { get }

  /// Begins a payment there.
  func begin(_ order: ProviderOrder) async throws -> ProviderPayment
  /// Has the provider keep a card that its script in the browser has taken.
  /// - Parameter customer: whom it knows the account as already.
  func keep(_ method: String, of account: AccountID, as customer: String?) async throws -> KeptCard
  /// How it stands.
  func look(at intent: String) async throws -> ProviderPayment
  /// Takes the money that the payer has agreed to; a repeat answers as the first.
  func capture(_ intent: String) async throws -> ProviderPayment
  /// Withdraws a payment that nobody has paid, so that nobody can.
  /// - Returns: how it stands then: paid, when the money came before; waiting, when it is on its
  ///   way.
  func cancel(_ intent: String) async throws -> ProviderPayment
  /// Gives money back.
  func refund(_ order: RefundOrder) async throws -> ProviderRefund
  /// How a refund stands.
  func look(atRefund id: String) async throws -> ProviderRefund
  /// What a webhook says, once it is believed.
  /// - Throws: `RPCError` when it is not.
  func news(in request: Common.RawRequest, at now: Instant) async throws -> ProviderNews
}

/// What a provider is to take.
struct ProviderOrder: Sendable {
  let account: AccountID
  let payment: PaymentID
  let amount: Money
  let description: String
  var returnURL = ""
  var cancelURL = ""
  /// Charged at once, with nobody there to agree.
  var card: KeptCard?

  init(_ payment: StoredPayment, returnURL: String = "", cancelURL: String = "") {
    (account, self.payment, amount) = (payment.account, payment.id, payment.payment.amount)
    description = payment.description
    (self.returnURL, self.cancelURL) = (returnURL, cancelURL)
  }

  /// Names the one attempt to begin this payment.
  var key: String { "igny8-payment-\(payment)" }
}

/// A payment as its provider sees it.
struct ProviderPayment: Sendable {
  let intent: String
  let outcome: ProviderOutcome
  /// What the payer goes on with.
  var clientSecret: String?
  var approvalURL: String?
}

extension PaymentProvider {
  func keep(_ method: String, of account: AccountID, as customer: String?) async throws -> KeptCard
  {
    throw ProviderFailure.refused(code: "not_kept", message: "Nothing is kept there")
  }
}

/// What came of a payment at its provider.
enum ProviderOutcome: Sendable, Hashable {
  /// The payer, or the provider, is not done.
  case waiting
  /// The payer has agreed; the money is still to be taken.
  case agreed
  case paid(Money, charge: String?)
  case declined(reason: String)
  case withdrawn(reason: String)

  /// What it means to our payment; nil for nothing yet.
  var event: PaymentEvent? {
    switch self {
    case .waiting, .agreed: nil
    case .paid(let money, _): .paid(money)
    case .declined(let reason): .declined(reason: reason)
    case .withdrawn(let reason): .withdrawn(reason: reason)
    }
  }

  var charge: String? { if case .paid(_, let charge) = self { charge } else { nil } }
}

/// What a provider is to give back.
struct RefundOrder: Sendable {
  let account: AccountID
  let refund: RefundID
  let amount: Money
  let intent: String
  let charge: String

  /// Names the one attempt to give it back.
  var key: String { "igny8-refund-\(account)-\(refund)" }
}

/// A refund as its provider sees it.
struct ProviderRefund: Sendable, Hashable {
  let id: String
  let outcome: RefundOutcome
}

/// What a webhook says of a refund.
struct RefundNews: Sendable {
  let found: ProviderRefund
  let amount: Money
  /// Our own number, where the refund is ours.
  let refund: RefundID?
}

/// What a webhook says.
struct ProviderNews: Sendable {
  /// The provider's number of the event: the same news has the same one.
  let id: String
  let type: String
  /// The provider's number of the payment that it is about.
  var intent: String?
  /// The provider's number of its charge, where that is all that is said.
  var charge: String?
  /// Our own numbers, where the provider was told them.
  var account: AccountID?
  var payment: PaymentID?
  /// Nil for types that mean nothing here.
  var outcome: ProviderOutcome?
  var refund: RefundNews?
}

/// Why a provider did not do what it was asked.
enum ProviderFailure: Error, Sendable, Hashable {
  /// No answer: it may or may not have been done.
  case unreachable
  /// It asks to come back later.
  case busy
  /// It says no, for good.
  case refused(code: String, message: String)
  /// It said something that nobody understands.
  case malformed

  var rpcError: RPCError {
    switch self {
    case .unreachable, .malformed:
      RPCError(.unavailable, "The payment provider does not answer", reason: "upstream")
    case .busy:
      RPCError(
        .unavailable, "The payment provider is busy",
        details: ErrorDetails(retryAfter: .seconds(5), reason: "upstream"))
    case .refused(_, let message):
      RPCError(
        .failedPrecondition, "The payment provider refused: \(message)",
        reason: "provider_refused")
    }
  }
}
