import BillingContract
import BillingCore
import CommonContract
import Events
import Kernel
import Postgres
import RPC
import Resources

/// What payers do: buy, pay, submit, look, give up.
struct PaymentHandlers: Sendable {
  let desk: PaymentDesk
  let offers: MethodOffers
  let providers: ProviderDesk

  private var database: Database { desk.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(PaymentsMethods.purchasePackage, purchase)
    routes.answer(PaymentsMethods.payInvoice, payInvoice)
    routes.answer(PaymentsMethods.submitManualPayment, submit)
    routes.answer(PaymentsMethods.listPayments, list)
    routes.answer(PaymentsMethods.getPayment, get)
    routes.answer(PaymentsMethods.cancelPayment, cancel)
    routes.answer(PaymentsMethods.capturePayment, capture)
    routes.answer(PaymentsMethods.listAvailableMethods, available)
  }

  // MARK: Asking for a payment

  private func purchase(
    _ request: Billing.PurchasePackageRequest, _ call: IncomingCall
  ) async throws -> Billing.PaymentOrder {
    let account = try call.requireAccount()
    try checkWeb(request.returnURL, "return_url")
    try checkWeb(request.cancelURL, "cancel_url")
    let offer = try await offers.offer(
      of: request.paymentMethod, in: "", deadline: call.deadline)
    let keyed = try KeyedRequest(call, PaymentsMethods.purchasePackage, request)
    let order = try await database.transaction(
      in: .account(account), deadline: call.deadline
    ) { transaction in
      try await IdempotencyKeys.once(keyed, in: transaction) {
        let rows = try await transaction.run(CatalogQueries.package, [.int(request.id)])
        guard let row = rows.first else { throw RPCError(.notFound, "Resource not found") }
        let package = try PackageOffer(row: row)
        return try await begin(package, offer.way, offer.config, of: account, call, transaction)
      }
    }
    desk.ledgers.eventsWaiting()
    return try await goOn(
      order, account, returnURL: request.returnURL, cancelURL: request.cancelURL, call)
  }

  /// What the payer needs of the payment's provider.
  private func goOn(
    _ order: Billing.PaymentOrder, _ account: AccountID, returnURL: String, cancelURL: String,
    _ call: IncomingCall
  ) async throws -> Billing.PaymentOrder {
    let id = PaymentID(order.payment?.id ?? 0)
    let payment = try await desk.payment(id, of: account, deadline: call.deadline)
    guard payment.payment.state == .processing, !payment.payment.way.isManual else {
      return order.showing(payment)
    }
    let (begun, found) = try await providers.begin(
      ProviderOrder(payment, returnURL: returnURL, cancelURL: cancelURL), payment,
      deadline: call.deadline)
    var answer = order.showing(begun)
    (answer.clientSecret, answer.approvalURL) = (found.clientSecret, found.approvalURL)
    answer.publishableKey = providers.publishableKeys[payment.payment.way]
    return answer
  }

  private func begin(
    _ package: PackageOffer, _ way: PaymentWay, _ config: Billing.PaymentMethodConfig,
    of account: AccountID, _ call: IncomingCall, _ transaction: Transaction
  ) async throws -> Billing.PaymentOrder {
    let now = desk.ledgers.time.now()
    let invoice = try await desk.invoices.issue(
      package.draft(.package), for: account, by: Doer(call), at: now, in: transaction)
    let payment = try await desk.begin(
      way, for: invoice, package.purpose, by: Doer(call), at: now, in: transaction)
    return Billing.PaymentOrder(payment, invoice, config)
  }

  private func payInvoice(
    _ request: Billing.PayInvoiceRequest, _ call: IncomingCall
  ) async throws -> Billing.PaymentOrder {
    let account = try call.requireAccount()
    try checkWeb(request.returnURL, "return_url")
    try checkWeb(request.cancelURL, "cancel_url")
    let offer = try await offers.offer(
      of: request.paymentMethod, in: "", deadline: call.deadline)
    let order = try await database.transaction(
      in: .account(account), deadline: call.deadline
    ) { transaction in
      let invoice = try await desk.openInvoice(
        InvoiceID(request.id), of: account, in: transaction)
      let payment = try await desk.waiting(
        for: invoice, by: offer.way, Doer(call), in: transaction)
      return Billing.PaymentOrder(payment, invoice, offer.config)
    }
    desk.ledgers.eventsWaiting()
    return try await goOn(
      order, account, returnURL: request.returnURL, cancelURL: request.cancelURL, call)
  }

  // MARK: Submitting

  private func submit(
    _ request: Billing.SubmitManualPaymentRequest, _ call: IncomingCall
  ) async throws -> Billing.Payment {
    let account = try call.requireAccount()
    let claim = try request.claim()
    let keyed = try KeyedRequest(call, PaymentsMethods.submitManualPayment, request)
    let payment = try await database.transaction(
      in: .account(account), deadline: call.deadline
    ) { transaction in
      try await IdempotencyKeys.once(keyed, in: transaction) {
        let id = try await submitted(request, account, call, transaction)
        return try await desk.change(
          .submitted, to: id, of: account, by: Doer(call), in: transaction
        ) { $0.claim = claim }.reply
      }
    }
    desk.ledgers.eventsWaiting()
    return payment
  }

  /// The payment that a submission is about; one for the open invoice if there is none yet.
  private func submitted(
    _ request: Billing.SubmitManualPaymentRequest, _ account: AccountID, _ call: IncomingCall,
    _ transaction: Transaction
  ) async throws -> PaymentID {
    if request.paymentID > 0 { return PaymentID(request.paymentID) }
    guard request.invoiceID > 0 else { throw RPCError(required: "invoice_id") }
    let invoice = try await desk.openInvoice(
      InvoiceID(request.invoiceID), of: account, in: transaction)
    let method = request.paymentMethod.isEmpty ? nil : request.paymentMethod
    let latest = try await desk.latest(of: invoice, in: transaction)
    if let latest, latest.payment.way.isManual, latest.payment.state != .cancelled {
      return latest.id
    }
    let offer = try await offers.offer(
      of: method ?? PaymentWay.bankTransfer.rawValue, in: "", deadline: call.deadline)
    return try await desk.waiting(for: invoice, by: offer.way, Doer(call), in: transaction).id
  }

  // MARK: Looking and giving up

  private func list(
    _ request: Billing.ListPaymentsRequest, _ call: IncomingCall
  ) async throws -> Billing.ListPaymentsReply {
    let account = try call.requireAccount()
    let page = try Page(request.page, size: request.pageSize)
    let list = try PaymentQueries.lists.order(request.ordering)
    let filter: [SQLValue] = [
      .id(account), .text(unless: request.status), .text(unless: request.paymentMethod),
      .containing(request.search), .int(request.invoiceID),
    ]
    let rows = try await database.runAll(
      [
        (PaymentQueries.count, filter),
        (list, filter + [.int(page.size), .int(page.offset)]),
      ], in: .account(account), deadline: call.deadline)
    return Billing.ListPaymentsReply(
      count: try rows[0].one().int(0),
      results: try rows[1].map { try StoredPayment(row: $0).reply })
  }

  private func get(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Payment {
    try await desk.payment(
      PaymentID(request.id), of: try call.requireAccount(), deadline: call.deadline
    ).reply
  }

  private func cancel(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Payment {
    let payment = try await desk.payment(
      PaymentID(request.id), of: try call.requireAccount(), deadline: call.deadline)
    return try await providers.withdraw(
      payment, reason: "Cancelled by the payer", by: Doer(call), deadline: call.deadline
    ).reply
  }

  private func capture(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Payment {
    let payment = try await desk.payment(
      PaymentID(request.id), of: try call.requireAccount(), deadline: call.deadline)
    guard !payment.payment.way.isManual else { throw PaymentRefusal.notOfProvider.rpcError }
    return try await providers.capture(payment, deadline: call.deadline).reply
  }

  private func available(
    _ request: Billing.ListAvailableMethodsRequest, _ call: IncomingCall
  ) async throws -> Billing.ListAvailableMethodsReply {
    let country = try MethodOffers.checked(country: request.country)
    let offered = try await offers.all(in: country, deadline: call.deadline)
    return Billing.ListAvailableMethodsReply(
      results: offered.map { config in
        let way = PaymentWay(rawValue: config.paymentMethod)
        return Billing.AvailableMethod(
          method: config.paymentMethod, type: config.paymentMethod, name: config.displayName,
          displayName: config.displayName, isManual: way?.isManual ?? true,
          instructions: config.instructions, details: config.details,
          publishableKey: way.flatMap { offers.providers[$0] })
      })
  }
}

extension Billing.SubmitManualPaymentRequest {
  fileprivate func claim() throws -> TransferClaim {
    try checkWeb(proofURL, "proof_url")
    let found = reference.drop { $0.isWhitespace }
    guard !found.isEmpty else { throw RPCError(required: "reference") }
    return TransferClaim(
      reference: String(found), notes: notes, proof: proofText, proofURL: proofURL)
  }
}

/// - Throws: `RPCError` for a text that is neither empty nor an http(s) URL.
private func checkWeb(_ url: String, _ field: String) throws {
  let isPlain = url.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 }
  let isWeb = ["https://", "http://"].contains { url.lowercased().hasPrefix($0) }
  guard url.isEmpty || (isWeb && isPlain) else {
    throw RPCError(field: field, "Enter a valid URL")
  }
}

extension Billing.PaymentOrder {
  fileprivate func showing(_ payment: StoredPayment) -> Billing.PaymentOrder {
    var order = self
    order.payment = payment.reply
    return order
  }

  init(
    _ payment: StoredPayment, _ invoice: Invoice, _ config: Billing.PaymentMethodConfig
  ) {
    self.init(
      payment: payment.reply, invoiceID: invoice.id.value, invoiceNumber: invoice.number ?? "",
      instructions: config.instructions)
  }
}

/// A package as it is sold.
struct PackageOffer: Sendable {
  let id: Int64
  let name: String
  let credits: Credits
  let price: Money

  init(row: Row) throws {
    id = try row.int("id")
    name = try row.text("name")
    credits = Credits(try row.int("credits"))
    let (code, text) = (try row.text("currency"), try row.text("price"))
    guard let currency = Currency(code), let price = Money(text, currency), price.minor > 0 else {
      throw RPCError(.failedPrecondition, "The package is not for sale", reason: "no_price")
    }
    self.price = price
  }

  var purpose: PaymentDesk.Purpose {
    PaymentDesk.Purpose(package: id, credits: credits, description: name)
  }

  func draft(_ purpose: InvoicePurpose, key: String? = nil) -> InvoiceDraft {
    InvoiceDraft(
      purpose, lines: [InvoiceLine(name, unitAmount: price.minor)], currency: price.currency,
      reference: "package/\(id)", key: key)
  }
}

extension SQLValue {
  /// NULL for an empty text.
  static func text(unless text: String) -> SQLValue { text.isEmpty ? .null : .text(text) }
}

extension [String: Statement] {
  /// The list in a wanted order; the newest first when nobody says.
  func order(_ wanted: String, default usual: String = "-created_at") throws -> Statement {
    guard let statement = self[wanted.isEmpty ? usual : wanted] else {
      throw RPCError(field: "ordering", "Unknown ordering")
    }
    return statement
  }
}
