import BillingContract
import BillingCore
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Which methods of paying staff offers in which countries. The table is no tenant's.
struct MethodConfigHandlers: Sendable {
  let database: Database
  let time: any TimeSource

  func register(in routes: inout RPCRoutes) {
    routes.answer(PaymentsMethods.listPaymentMethodConfigs, list)
    routes.answer(PaymentsMethods.getPaymentMethodConfig, get)
    routes.answer(PaymentsMethods.createPaymentMethodConfig, create)
    routes.answer(PaymentsMethods.updatePaymentMethodConfig, update)
    routes.answer(PaymentsMethods.deletePaymentMethodConfig, delete)
  }

  private func list(
    _ request: Billing.ListPaymentMethodConfigsRequest, _ call: IncomingCall
  ) async throws -> Billing.ListPaymentMethodConfigsReply {
    let page = try Page(request.page, size: request.pageSize)
    let country = try request.countryCode.map(MethodOffers.checked)
    let rows = try await database.run(
      PaymentMethodQueries.configs, [.containing(request.search), .text(country)], in: .none,
      deadline: call.deadline)
    let configs = try ShortLists.methodConfigs.ordered(
      rows.map(Billing.PaymentMethodConfig.init(row:)), by: request.ordering)
    return Billing.ListPaymentMethodConfigsReply(
      count: Int64(configs.count), results: page.cut(configs))
  }

  private func get(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.PaymentMethodConfig {
    try await one(PaymentMethodQueries.config, [.int(request.id)], nil, call)
  }

  private func create(
    _ request: Billing.CreatePaymentMethodConfigRequest, _ call: IncomingCall
  ) async throws -> Billing.PaymentMethodConfig {
    guard PaymentWay(rawValue: request.paymentMethod) != nil else {
      throw RPCError(field: "payment_method", "Invalid payment method")
    }
    if request.displayName.isEmpty { throw RPCError(required: "display_name") }
    return try await one(
      PaymentMethodQueries.insertConfig,
      [
        .text(request.paymentMethod), .text(try MethodOffers.checked(country: request.countryCode)),
        .text(request.displayName), .bool(request.isEnabled), .text(request.instructions),
        .json(try Self.details(request.details) ?? "{}"), .int(Int64(request.sortOrder)),
        .instant(time.now()),
      ], (nil, "method_config.created"), call)
  }

  private func update(
    _ request: Billing.UpdatePaymentMethodConfigRequest, _ call: IncomingCall
  ) async throws -> Billing.PaymentMethodConfig {
    if request.displayName?.isEmpty == true { throw RPCError(required: "display_name") }
    return try await one(
      PaymentMethodQueries.updateConfig,
      [
        .int(request.id), .text(try request.countryCode.map(MethodOffers.checked)),
        .text(request.displayName), .bool(request.isEnabled), .text(request.instructions),
        .json(try Self.details(request.details)), .int(request.sortOrder.map { Int64($0) }),
        .instant(time.now()),
      ], (request.id, "method_config.updated"), call)
  }

  private func delete(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    _ = try await one(
      PaymentMethodQueries.deleteConfig, [.int(request.id)],
      (request.id, "method_config.deleted"), call)
    return Common.Empty()
  }

  /// Runs a statement that answers the row that it is about. A change is audited in the account of
  /// who makes it.
  private func one(
    _ statement: Statement, _ values: [SQLValue], _ change: (id: Int64?, action: String)?,
    _ call: IncomingCall
  ) async throws -> Billing.PaymentMethodConfig {
    guard let change else {
      let rows = try await database.run(statement, values, in: .none, deadline: call.deadline)
      return try Self.found(rows)
    }
    let scope = call.context.account.map { Scope.account($0) } ?? .none
    return try await database.transaction(in: scope, deadline: call.deadline) { transaction in
      let before = try await transaction.run(PaymentMethodQueries.config, [.int(change.id)])
      do {
        let config = try Self.found(try await transaction.run(statement, values))
        if let account = call.context.account {
          let line = AuditLine(
            change.action, account: account, "payment_method_config", config.id,
            before: try before.first.map { try Billing.PaymentMethodConfig(row: $0).told },
            after: config.told)
          transaction.runLater(line.commands(by: Doer(call), at: time.now()))
        }
        return config
      } catch let error as PostgresError
        where error.isUniqueViolation(of: "payment_method_configs_place")
      {
        throw RPCError(
          .alreadyExists, "The method is configured for this country already",
          details: ErrorDetails(
            fields: [
              FieldError(
                name: "payment_method", messages: ["Is configured for this country already"])
            ]))
      }
    }
  }

  private static func found(_ rows: Rows) throws -> Billing.PaymentMethodConfig {
    guard let row = rows.first else { throw RPCError(.notFound, "Resource not found") }
    return try Billing.PaymentMethodConfig(row: row)
  }

  /// A JSON object; nil stays.
  private static func details(_ text: String?) throws -> String? {
    guard let text, !text.isEmpty else { return nil }
    guard case .object? = try? JSONValue(parsing: text, strictly: true) else {
      throw RPCError(field: "details", "Expected an object")
    }
    return text
  }
}

extension Billing.PaymentMethodConfig {
  fileprivate var told: JSONValue {
    .object([
      .init("payment_method", .string(paymentMethod)), .init("country_code", .string(countryCode)),
      .init("display_name", .string(displayName)), .init("is_enabled", .bool(isEnabled)),
    ])
  }
}
