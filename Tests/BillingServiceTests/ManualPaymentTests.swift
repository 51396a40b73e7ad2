import BillingContract
import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Manual payments", .inTurn, .timeLimit(.minutes(10)))
struct ManualPaymentTests {
  @Test("a purchase is an open invoice and a payment that waits; nothing is granted yet")
  func purchase() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let order = try await world.purchase(500)
    let payment = try #require(order.payment)
    #expect((payment.status, payment.amount, payment.currency) == ("processing", "20.00", "USD"))
    #expect((payment.credits, payment.invoiceID) == (500, order.invoiceID))
    #expect(!order.invoiceNumber.isEmpty)
    #expect(!order.instructions.isEmpty)
    #expect(try await world.text("SELECT status FROM invoices") == "sent")
    #expect(try await world.balance().credits == 0)
  }

  @Test("an approval grants the credits as a lot and pays the invoice, and says who did it")
  func approve() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let id = try await world.pending()
    let pending = try await world.payments().listPendingPayments(
      Billing.ListAllPaymentsRequest(), world.staff)
    #expect(pending.results.map(\.id) == [id])
    #expect(pending.results[0].manualReference == "TX-1")
    let payment = try await world.approve(id)
    #expect((payment.status, payment.approvedBy, payment.adminNotes) == ("completed", 5, "seen"))
    #expect(payment.approvedAt == march)
    #expect(try await world.balance().credits == 500)
    #expect(try await world.text("SELECT status FROM invoices") == "paid")
    #expect(try await world.text("SELECT kind FROM credit_lots") == "purchased")
    #expect(
      try await world.text("SELECT type || ' ' || reference FROM credit_transactions")
        == "purchase payment/\(id)")
    #expect(
      try await world.number(
        "SELECT count(*) FROM audit_log WHERE action = 'payment.approved' AND user_id = 5") == 1)
    #expect(
      try await world.number("SELECT count(*) FROM outbox WHERE kind = 'payment.changed'") == 3)
    #expect(try await world.approve(id) == payment)
    #expect(try await world.balance().credits == 500)
    #expect(try await world.verify().ok)
  }

  @Test("many concurrent approvals over two replicas grant once, and all answer the same")
  func approveByMany() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    try await world.open(credits: 0)
    let id = try await world.pending()
    let answers = await withTaskGroup(of: Billing.Payment?.self) { group in
      for number in 0..<30 {
        group.addTask {
          try? await world.approve(id, by: number.isMultiple(of: 2) ? nil : replica)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(answers.map { $0?.status }) == ["completed"])
    #expect(try await world.balance().credits == 500)
    #expect(
      try await world.number("SELECT count(*) FROM credit_transactions WHERE type = 'purchase'")
        == 1)
    #expect(
      try await world.number("SELECT count(*) FROM audit_log WHERE action = 'payment.approved'")
        == 1)
  }

  @Test("of an approval and a rejection at once exactly one holds")
  func approveOrReject() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    for _ in 0..<8 {
      let id = try await world.pending()
      async let approval = try? await world.approve(id)
      async let rejection = try? await world.payments().rejectPayment(
        Billing.RejectPaymentRequest(id: id, reason: "no money"), world.staff)
      let outcomes = await [approval?.status, rejection?.status].compactMap(\.self)
      #expect(outcomes.count == 1)
    }
    let completed = try await world.number(
      "SELECT count(*) FROM payments WHERE status = 'completed'")
    #expect(try await world.balance().credits == 500 * completed)
    #expect(try await world.verify().ok)
  }

  @Test("a rejected payment grants nothing, keeps the reason, and may be submitted again")
  func reject() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let id = try await world.pending()
    let rejected = try await world.payments().rejectPayment(
      Billing.RejectPaymentRequest(id: id, reason: "No such transfer"), world.staff)
    #expect((rejected.status, rejected.failureReason) == ("failed", "No such transfer"))
    let error = try await refusal { try await world.approve(id) }
    #expect(error?.details.reason == "rejected")
    #expect(try await world.balance().credits == 0)
    #expect(try await world.submit(id, reference: "TX-2").status == "pending_approval")
    #expect(try await world.approve(id).manualReference == "TX-2")
    #expect(try await world.balance().credits == 500)
  }

  @Test("the open invoice can be named instead of the payment; a second submission is refused")
  func byInvoice() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let order = try await world.purchase()
    let request = Billing.SubmitManualPaymentRequest(
      invoiceID: order.invoiceID, reference: "TX-9")
    let payment = try await world.payments().submitManualPayment(request, world.owner)
    #expect((payment.id, payment.status) == (order.payment?.id, "pending_approval"))
    let error = try await refusal {
      try await world.payments().submitManualPayment(request, world.owner)
    }
    #expect(error?.details.reason == "submitted")
  }

  @Test("with a key a repeat answers the first answer, of purchases and submissions alike")
  func keyed() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let first = try await world.purchase(key: "a")
    #expect(try await world.purchase(key: "a") == first)
    let error = try await refusal { try await world.purchase(2_000, key: "a") }
    #expect(error?.details.reason == "idempotency_key_reused")
    let id = try #require(first.payment?.id)
    let submitted = try await world.submit(id, key: "b")
    #expect(try await world.submit(id, key: "b") == submitted)
    #expect(try await world.number("SELECT count(*) FROM payments") == 1)
    #expect(try await world.number("SELECT count(*) FROM invoices") == 1)
  }

  @Test("one key by many at once is one invoice and one payment")
  func keyedByMany() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    try await world.open(credits: 0)
    let orders = await withTaskGroup(of: Billing.PaymentOrder?.self) { group in
      for number in 0..<20 {
        group.addTask {
          try? await world.purchase(key: "a", with: number.isMultiple(of: 2) ? nil : replica)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(orders.map { $0?.payment?.id }).count == 1)
    #expect(orders.allSatisfy { $0 != nil })
    #expect(try await world.number("SELECT count(*) FROM invoices") == 1)
  }

  @Test("a payment that waits may be given up, once it is paid no more")
  func cancel() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let order = try await world.purchase()
    let id = Common.IdRequest(id: order.payment?.id ?? 0)
    #expect(try await world.payments().cancelPayment(id, world.owner).status == "cancelled")
    #expect(try await world.payments().cancelPayment(id, world.owner).status == "cancelled")
    let again = try await world.payments().payInvoice(
      Billing.PayInvoiceRequest(id: order.invoiceID, paymentMethod: "bank_transfer"),
      world.owner)
    let second = try #require(again.payment)
    #expect(second.id != id.id)
    #expect(second.credits == 500)
    try await world.submit(second.id)
    try await world.approve(second.id)
    let error = try await refusal {
      try await world.payments().cancelPayment(Common.IdRequest(id: second.id), world.owner)
    }
    #expect(error?.details.reason == "paid")
    #expect(try await world.balance().credits == 500)
  }

  @Test("nobody reaches the payments and methods of another account")
  func tenancy() async throws {
    let world = try await BillingWorld.make()
    try await world.open(1, credits: 0)
    try await world.open(2, credits: 0)
    let order = try await world.purchase(account: 1)
    let id = Common.IdRequest(id: order.payment?.id ?? 0)
    let other = world.call(as: .owner, account: 2)
    let payments = world.payments()
    let errors = [
      try await refusal { try await payments.getPayment(id, other) },
      try await refusal { try await payments.cancelPayment(id, other) },
      try await refusal { try await world.submit(id.id, account: 2) },
      try await refusal {
        try await payments.payInvoice(
          Billing.PayInvoiceRequest(id: order.invoiceID, paymentMethod: "bank_transfer"), other)
      },
      try await refusal {
        try await payments.submitManualPayment(
          Billing.SubmitManualPaymentRequest(invoiceID: order.invoiceID, reference: "x"), other)
      },
    ]
    #expect(errors.map { $0?.code } == Array(repeating: .notFound, count: 5))
    let list = try await payments.listPayments(Billing.ListPaymentsRequest(), other)
    #expect((list.count, list.results.count) == (0, 0))
    let own = try await payments.listPayments(Billing.ListPaymentsRequest(), world.owner)
    #expect(own.results.map(\.id) == [id.id])
  }

  @Test(
    "wrong submissions are refused by field",
    arguments: [
      (Billing.SubmitManualPaymentRequest(reference: "x"), "invoice_id"),
      (.init(paymentID: 1, reference: "  "), "reference"),
      (.init(paymentID: 1, reference: "x", proofURL: "javascript:alert(1)"), "proof_url"),
      (.init(paymentID: 1, reference: "x", proofURL: "https://a b"), "proof_url"),
    ] as [(Billing.SubmitManualPaymentRequest, String)])
  func wrong(request: Billing.SubmitManualPaymentRequest, field: String) async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let error = try await refusal {
      try await world.payments().submitManualPayment(request, world.owner)
    }
    #expect(error?.details.fields.map(\.name) == [field])
  }

  @Test("unknown payments, packages and invoices are not found; methods not offered are refused")
  func unknown() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    #expect(try await refusal { try await world.approve(99) }?.code == .notFound)
    #expect(try await refusal { try await world.submit(99) }?.code == .notFound)
    let package = try await refusal {
      try await world.payments().purchasePackage(
        Billing.PurchasePackageRequest(id: 99, paymentMethod: "bank_transfer"), world.owner)
    }
    #expect(package?.code == .notFound)
    for method in ["stripe", "paypal", "local_wallet", "cheque"] {
      let error = try await refusal { try await world.purchase(by: method) }
      #expect(error?.details.fields.map(\.name) == ["payment_method"])
    }
    #expect(try await world.number("SELECT count(*) FROM invoices") == 0)
  }
}
