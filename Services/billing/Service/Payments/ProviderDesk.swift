import BillingCore
import CommonContract
import Kernel
import Logging
import NIOCore
import Postgres
import RPC

/// Takes payments to their providers and back.
///
/// Between a provider's answer and our commit a process may die: everything is asked with keys that
/// name our own rows, and looked up again, so that nothing is lost and nothing is done twice.
package struct ProviderDesk: Sendable {
  /// After so long somebody looks how a payment stands, if the provider has not said so.
  static let firstLook = Duration.seconds(600)

  let desk: PaymentDesk
  let providers: [PaymentWay: any PaymentProvider]
  let log: Logger
  private let http: ProviderHTTP?
  let refunds: RefundDesk

  init(
    desk: PaymentDesk, settings: ProviderSettings, loops: (any EventLoopGroup)?, log: Logger
  ) {
    let http = loops.map { ProviderHTTP(loops: $0, timeout: settings.timeout) }
    var providers: [PaymentWay: any PaymentProvider] = [:]
    if let http, let stripe = settings.stripe {
      providers[.stripe] = Stripe(settings: stripe, http: http)
    }
    if let http, let payPal = settings.payPal {
      providers[.paypal] = PayPal(settings: payPal, http: http, time: desk.ledgers.time)
    }
    (self.desk, self.providers, self.log, self.http) = (desk, providers, log, http)
    refunds = RefundDesk(desk: desk)
  }

  /// What browsers need to know of the providers that there are keys of.
  var publishableKeys: [PaymentWay: String] { providers.mapValues(\.publishableKey) }

  /// Closes what is open.
  package func close() async { await http?.close() }

  func provider(of way: PaymentWay) throws -> any PaymentProvider {
    guard let provider = providers[way] else {
      throw RPCError(
        .failedPrecondition, "The payment provider is not configured", reason: "no_provider")
    }
    return provider
  }

  // MARK: There and back

  /// Begins a payment at its provider, or finds it there again.
  /// - Throws: `RPCError`; for a refusal, after the payment has failed with it.
  func begin(
    _ order: ProviderOrder, _ payment: StoredPayment, deadline: Deadline?
  ) async throws -> (StoredPayment, ProviderPayment) {
    let provider = try provider(of: payment.payment.way)
    do {
      let found: ProviderPayment
      if let intent = payment.intent {
        found = try await provider.look(at: intent)
      } else {
        found = try await provider.begin(order)
      }
      return (try await take(found, for: payment, deadline: deadline), found)
    } catch let failure as ProviderFailure {
      if case .refused(_, let message) = failure, payment.intent == nil {
        try await desk.apply(
          .declined(reason: message), to: payment.id, of: payment.account, deadline: deadline)
      }
      throw failure.rpcError
    }
  }

  /// Takes the money if the payer has agreed, and looks how the payment stands. Of a payment that
  /// was given up nothing is taken any more; what was taken before is booked all the same.
  func capture(_ payment: StoredPayment, deadline: Deadline?) async throws -> StoredPayment {
    guard let intent = payment.intent else { return payment }
    let provider = try provider(of: payment.payment.way)
    do {
      let isGivenUp = payment.payment.state == .cancelled
      let found =
        isGivenUp ? try await provider.look(at: intent) : try await provider.capture(intent)
      return try await take(found, for: payment, deadline: deadline)
    } catch let failure as ProviderFailure {
      throw failure.rpcError
    }
  }

  /// Books what a provider says of a payment.
  func take(
    _ found: ProviderPayment, for payment: StoredPayment, also: [Command] = [],
    deadline: Deadline?
  ) async throws -> StoredPayment {
    if payment.intent == nil {
      try await desk.remember(
        found.intent, of: payment, lookIn: Self.firstLook, deadline: deadline)
    }
    guard let event = found.outcome.event else {
      return try await desk.payment(payment.id, of: payment.account, deadline: deadline)
    }
    return try await desk.apply(
      event, to: payment.id, of: payment.account, deadline: deadline, also: also
    ) { payment in
      payment.intent = payment.intent ?? found.intent
      payment.charge = found.outcome.charge ?? payment.charge
    }
  }

  // MARK: News

  /// Takes a webhook. News that came before, of other people's payments, or of types that mean
  /// nothing here are taken and change nothing.
  /// - Throws: `RPCError` for what is not believed, and where a repeat may help.
  func receive(
    _ request: Common.RawRequest, from way: PaymentWay, deadline: Deadline?
  ) async throws {
    guard let provider = providers[way] else { throw RPCError(.notFound, "Resource not found") }
    let now = desk.ledgers.time.now()
    let news = try await provider.news(in: request, at: now)
    func record(_ payment: PaymentID?, _ outcome: String) -> Command {
      (
        PaymentQueries.insertEvent,
        [
          .text(way.rawValue), .text(news.id), .text(news.type), .id(payment), .text(outcome),
          .instant(now),
        ]
      )
    }
    let known = try await desk.database.run(
      PaymentQueries.knowsEvent, [.text(way.rawValue), .text(news.id)], in: .none,
      deadline: deadline)
    guard known.isEmpty else { return }
    guard news.outcome != nil || news.refund != nil,
      let payment = try await payment(of: news, way, deadline: deadline)
    else { return try await note(record(nil, "unrelated"), deadline) }
    do {
      let booked = record(payment.id, "booked")
      if let refund = news.refund {
        return try await take(refund, of: payment, also: [booked], deadline: deadline)
      }
      guard let outcome = news.outcome else { return }
      var found = ProviderPayment(intent: news.intent ?? payment.intent ?? "", outcome: outcome)
      if outcome == .agreed {
        guard payment.payment.state != .cancelled else {
          return try await note(record(payment.id, "given up"), deadline)
        }
        found = try await provider.capture(found.intent)
      }
      _ = try await take(found, for: payment, also: [booked], deadline: deadline)
      if found.outcome.event == nil { try await note(booked, deadline) }
    } catch let failure as ProviderFailure {
      throw failure.rpcError
    } catch let error as RPCError
      where error.code == .failedPrecondition || error.code == .invalidArgument
    {
      log.error(
        "A provider's news does not fit its payment",
        metadata: [
          "provider": "\(way.rawValue)", "event": "\(news.id)", "payment": "\(payment.id)",
          "reason": "\(error.message)",
        ])
      try await note(record(payment.id, "refused: \(error.details.reason ?? "")"), deadline)
    }
  }

  // MARK: Refunds

  /// Has the provider give the money back, or looks how it does; a manual one goes back by hand.
  /// What cannot be asked now is looked at again later.
  func go(_ refund: StoredRefund, deadline: Deadline?) async throws -> StoredRefund {
    guard refund.state == .processing else { return refund }
    let payment = try await desk.payment(
      refund.payment, of: refund.account, deadline: deadline)
    guard !payment.payment.way.isManual else {
      return try await refunds.apply(
        .succeeded, provider: nil, to: refund.id, of: refund.account, deadline: deadline)
    }
    let provider = try provider(of: payment.payment.way)
    do {
      let found: ProviderRefund
      if let known = refund.provider {
        found = try await provider.look(atRefund: known)
      } else {
        found = try await provider.refund(
          RefundOrder(
            account: refund.account, refund: refund.id, amount: refund.amount,
            intent: payment.intent ?? "", charge: payment.charge ?? ""))
      }
      return try await refunds.apply(
        found.outcome, provider: found.id, to: refund.id, of: refund.account,
        deadline: deadline)
    } catch ProviderFailure.refused(_, let message) {
      return try await refunds.apply(
        .failed(reason: message), provider: nil, to: refund.id, of: refund.account,
        deadline: deadline)
    } catch let failure as ProviderFailure {
      log.warning(
        "A refund is asked for again later",
        metadata: ["refund": "\(refund.id)", "reason": "\(failure)"])
      return refund
    }
  }

  /// Books news of a refund; one that was made at the provider's own pages is put in as it came.
  private func take(
    _ news: RefundNews, of payment: StoredPayment, also: [Command], deadline: Deadline?
  ) async throws {
    let account = payment.account
    var ours = news.refund
    if ours == nil {
      let rows = try await desk.database.run(
        RefundQueries.byProvider, [.id(account), .text(news.found.id)], in: .account(account),
        deadline: deadline)
      ours = try rows.first.map { try StoredRefund(row: $0).id }
    }
    if ours == nil {
      if case .failed = news.found.outcome { return try await note(also, deadline) }
      do {
        ours = try await refunds.begin(
          RefundDesk.Wish(
            amount: news.amount.text, reason: "Refunded at the provider",
            provider: news.found.id),
          of: payment.id, account, by: .system, nil, deadline: deadline
        ).id
      } catch let error as PostgresError where error.isUniqueViolation(of: "refunds_provider") {
        return try await take(news, of: payment, also: also, deadline: deadline)
      }
    }
    guard let ours else { return }
    try await refunds.apply(
      news.found.outcome, provider: news.found.id, to: ours, of: account, also: also,
      deadline: deadline)
  }

  private func note(_ commands: [Command], _ deadline: Deadline?) async throws {
    for command in commands { try await note(command, deadline) }
  }

  private func note(_ command: Command, _ deadline: Deadline?) async throws {
    _ = try await desk.database.run(command.0, command.1, in: .none, deadline: deadline)
  }

  /// The payment that news are about: the one that our own numbers name, else the one with the
  /// provider's number.
  private func payment(
    of news: ProviderNews, _ way: PaymentWay, deadline: Deadline?
  ) async throws -> StoredPayment? {
    if let account = news.account, let id = news.payment {
      let rows = try await desk.database.run(
        PaymentQueries.get, [.id(account), .id(id)], in: .account(account), deadline: deadline)
      if let found = try rows.first.map(StoredPayment.init(row:)), found.payment.way == way {
        return found
      }
    }
    if news.intent == nil, let charge = news.charge {
      return try await desk.database.run(
        PaymentQueries.byCharge, [.text(charge), .text(way.rawValue)], in: .allAccounts,
        deadline: deadline
      ).first.map(StoredPayment.init(row:))
    }
    guard let intent = news.intent else { return nil }
    return try await desk.database.run(
      PaymentQueries.byIntent, [.text(intent), .text(way.rawValue)], in: .allAccounts,
      deadline: deadline
    ).first.map(StoredPayment.init(row:))
  }
}
