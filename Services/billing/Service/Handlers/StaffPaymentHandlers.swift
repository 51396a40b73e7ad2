import BillingContract
import BillingCore
import CommonContract
import Events
import Kernel
import Postgres
import RPC
import Resources

/// What staff does with payments: looks, approves, rejects.
struct StaffPaymentHandlers: Sendable {
  let desk: PaymentDesk
  let providers: ProviderDesk

  private var database: Database { desk.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(PaymentsMethods.listAllPayments) { request, call in
      try await list(request, status: request.status, request.ordering, call)
    }
    routes.answer(PaymentsMethods.listPendingPayments) { request, call in
      let ordering = request.ordering.isEmpty ? "created_at" : request.ordering
      return try await list(
        request, status: PaymentState.pendingApproval.rawValue, ordering, call)
    }
    routes.answer(PaymentsMethods.approvePayment, approve)
    routes.answer(PaymentsMethods.rejectPayment, reject)
    routes.answer(PaymentsMethods.refundPayment, refund)
    routes.answer(PaymentsMethods.listRefunds, refunds)
  }

  private func list(
    _ request: Billing.ListAllPaymentsRequest, status: String, _ ordering: String,
    _ call: IncomingCall
  ) async throws -> Billing.ListPaymentsReply {
    let page = try Page(request.page, size: request.pageSize)
    let list = try PaymentQueries.listsOfAll.order(ordering)
    let filter: [SQLValue] = [
      .int(request.accountID), .text(unless: status), .text(unless: request.paymentMethod),
      .containing(request.search),
    ]
    let rows = try await database.runAll(
      [
        (PaymentQueries.countAll, filter),
        (list, filter + [.int(page.size), .int(page.offset)]),
      ], in: .allAccounts, deadline: call.deadline)
    return Billing.ListPaymentsReply(
      count: try rows[0].one().int(0),
      results: try rows[1].map { try StoredPayment(row: $0).reply })
  }

  private func approve(
    _ request: Billing.ApprovePaymentRequest, _ call: IncomingCall
  ) async throws -> Billing.Payment {
    let (id, now) = (PaymentID(request.id), desk.ledgers.time.now())
    return try await desk.apply(
      .approved, to: id, of: try await desk.owner(of: id, deadline: call.deadline),
      by: Doer(call), deadline: call.deadline
    ) { payment in
      (payment.approvedBy, payment.approvedAt) = (call.context.user, now)
      payment.adminNotes = request.adminNotes
    }.reply
  }

  /// The credits go first, in one transaction with the refund; then the provider is asked. Its
  /// answer may be lost: the refund goes on by itself.
  private func refund(
    _ request: Billing.RefundPaymentRequest, _ call: IncomingCall
  ) async throws -> Billing.Refund {
    if request.reason.isEmpty { throw RPCError(required: "reason") }
    let id = PaymentID(request.id)
    let account = try await desk.owner(of: id, deadline: call.deadline)
    let keyed = call.idempotencyKey.map {
      KeyedRequest(
        account: account, method: PaymentsMethods.refundPayment.info, key: $0, request: request)
    }
    let refund = try await providers.refunds.begin(
      RefundDesk.Wish(amount: request.amount, reason: request.reason), of: id, account,
      by: Doer(call), keyed, deadline: call.deadline)
    return try await providers.go(refund, deadline: call.deadline).reply
  }

  private func refunds(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.ListRefundsReply {
    let id = PaymentID(request.id)
    let account = try await desk.owner(of: id, deadline: call.deadline)
    let refunds = try await providers.refunds.refunds(
      of: id, account, deadline: call.deadline)
    return Billing.ListRefundsReply(results: refunds.map(\.reply))
  }

  private func reject(
    _ request: Billing.RejectPaymentRequest, _ call: IncomingCall
  ) async throws -> Billing.Payment {
    let id = PaymentID(request.id)
    return try await desk.apply(
      .rejected(reason: request.reason), to: id,
      of: try await desk.owner(of: id, deadline: call.deadline), by: Doer(call),
      deadline: call.deadline
    ).reply
  }
}
