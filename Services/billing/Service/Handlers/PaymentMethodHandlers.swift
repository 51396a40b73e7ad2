import BillingContract
import BillingCore
import CommonContract
import Events
import Kernel
import Postgres
import RPC
import Resources

/// Methods of paying, as their account sees them and as staff does.
struct PaymentMethodHandlers: Sendable {
  let book: MethodBook
  let providers: ProviderDesk

  private var database: Database { book.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(PaymentsMethods.listPaymentMethods) { request, call in
      let account = try call.requireAccount()
      return try await list(request, of: account, in: .account(account), call)
    }
    routes.answer(PaymentsMethods.listAccountPaymentMethods) { request, call in
      let account = request.accountID.map { AccountID($0) }
      return try await list(request, of: account, in: .allAccounts, call)
    }
    routes.answer(PaymentsMethods.createPaymentMethod, create)
    routes.answer(PaymentsMethods.createAccountPaymentMethod, createForAccount)
    let (own, staff) = (Self.own, self.owner)
    answer(PaymentsMethods.getPaymentMethod, own, get, &routes)
    answer(PaymentsMethods.getAccountPaymentMethod, staff, get, &routes)
    answer(PaymentsMethods.setDefaultPaymentMethod, own, setDefault, &routes)
    answer(PaymentsMethods.setDefaultAccountPaymentMethod, staff, setDefault, &routes)
    answer(PaymentsMethods.deletePaymentMethod, own, delete, &routes)
    answer(PaymentsMethods.deleteAccountPaymentMethod, staff, delete, &routes)
    routes.answer(PaymentsMethods.updatePaymentMethod) { request, call in
      try await update(request, of: try call.requireAccount(), call)
    }
    routes.answer(PaymentsMethods.updateAccountPaymentMethod) { request, call in
      try await update(request, of: try await owner(request.id, call), call)
    }
  }

  private typealias Whose = @Sendable (Int64, IncomingCall) async throws -> AccountID

  private static func own(_ id: Int64, _ call: IncomingCall) async throws -> AccountID {
    try call.requireAccount()
  }

  private func owner(_ id: Int64, _ call: IncomingCall) async throws -> AccountID {
    try await book.owner(of: id, deadline: call.deadline)
  }

  private func answer<Reply>(
    _ method: Method<Common.IdRequest, Reply>, _ whose: @escaping Whose,
    _ work: @escaping @Sendable (Int64, AccountID, IncomingCall) async throws -> Reply,
    _ routes: inout RPCRoutes
  ) {
    routes.answer(method) { request, call in
      try await work(request.id, try await whose(request.id, call), call)
    }
  }

  private func list(
    _ request: Billing.ListPaymentMethodsRequest, of account: AccountID?, in scope: Scope,
    _ call: IncomingCall
  ) async throws -> Billing.ListPaymentMethodsReply {
    let page = try Page(request.page, size: request.pageSize)
    let filter: [SQLValue] = [
      .id(account), .text(unless: request.type), .containing(request.search),
    ]
    let list = try PaymentMethodQueries.lists.order(request.ordering, default: "id")
    let rows = try await database.runAll(
      [
        (PaymentMethodQueries.count, filter),
        (list, filter + [.int(page.size), .int(page.offset)]),
      ], in: scope, deadline: call.deadline)
    return Billing.ListPaymentMethodsReply(
      count: try rows[0].one().int(0),
      results: try rows[1].map { try StoredMethod(row: $0).reply })
  }

  private func get(
    _ id: Int64, _ account: AccountID, _ call: IncomingCall
  ) async throws -> Billing.PaymentMethod {
    try await book.find(id, of: account, deadline: call.deadline).reply
  }

  private func create(
    _ request: Billing.CreatePaymentMethodRequest, _ call: IncomingCall
  ) async throws -> Billing.PaymentMethod {
    let account = try call.requireAccount()
    guard [0, account.value].contains(request.accountID) else {
      throw RPCError(field: "account_id", "Account must be your own")
    }
    let keyed = try KeyedRequest(call, PaymentsMethods.createPaymentMethod, request)
    return try await add(request, to: account, keyed, call)
  }

  private func createForAccount(
    _ request: Billing.CreatePaymentMethodRequest, _ call: IncomingCall
  ) async throws -> Billing.PaymentMethod {
    guard request.accountID > 0 else { throw RPCError(required: "account_id") }
    return try await ofNamedAccount {
      try await add(request, to: AccountID(request.accountID), nil, call)
    }
  }

  private func add(
    _ request: Billing.CreatePaymentMethodRequest, to account: AccountID, _ keyed: KeyedRequest?,
    _ call: IncomingCall
  ) async throws -> Billing.PaymentMethod {
    guard PaymentWay(rawValue: request.type) != nil else {
      throw RPCError(field: "type", "Invalid payment method")
    }
    if request.displayName.isEmpty { throw RPCError(required: "display_name") }
    let card = try await card(request, of: account, call)
    do {
      return try await database.transaction(in: .account(account), deadline: call.deadline) {
        transaction in
        try await IdempotencyKeys.once(keyed, in: transaction) {
          try await book.add(request, card, to: account, by: Doer(call), in: transaction).reply
        }
      }
    } catch let error as PostgresError
      where error.isUniqueViolation(of: "payment_methods_provider")
    {
      throw RPCError(.alreadyExists, "The card is kept already", reason: "kept")
    }
  }

  /// Has the provider keep the card, if it is one.
  private func card(
    _ request: Billing.CreatePaymentMethodRequest, of account: AccountID, _ call: IncomingCall
  ) async throws -> KeptCard? {
    guard !request.providerMethod.isEmpty else { return nil }
    guard request.type == PaymentWay.stripe.rawValue, let provider = providers.providers[.stripe]
    else { throw RPCError(field: "provider_method", "No provider keeps cards of this type") }
    let customer = try await book.customer(of: account, deadline: call.deadline)
    do {
      return try await provider.keep(request.providerMethod, of: account, as: customer)
    } catch ProviderFailure.refused(_, let message) {
      throw RPCError(field: "provider_method", message)
    } catch let failure as ProviderFailure {
      throw failure.rpcError
    }
  }

  private func update(
    _ request: Billing.UpdatePaymentMethodRequest, of account: AccountID, _ call: IncomingCall
  ) async throws -> Billing.PaymentMethod {
    try await book.update(request, of: account, by: Doer(call), deadline: call.deadline).reply
  }

  private func setDefault(
    _ id: Int64, _ account: AccountID, _ call: IncomingCall
  ) async throws -> Billing.PaymentMethod {
    try await update(
      Billing.UpdatePaymentMethodRequest(id: id, isDefault: true), of: account, call)
  }

  private func delete(
    _ id: Int64, _ account: AccountID, _ call: IncomingCall
  ) async throws -> Common.Empty {
    try await book.remove(id, of: account, by: Doer(call), deadline: call.deadline)
    return Common.Empty()
  }
}
