import BillingContract
import BillingCore
import Kernel
import Postgres
import RPC

/// Which methods people can pay with: those that staff has enabled, and of these only what is
/// configured here.
struct MethodOffers: Sendable {
  let database: Database
  /// Providers with their keys, and what browsers need to know of each.
  let providers: [PaymentWay: String]

  /// - Parameter country: two letters; empty for what is offered everywhere. A country's own
  ///   configuration goes before the one for all.
  func all(in country: String, deadline: Deadline?) async throws -> [Billing.PaymentMethodConfig] {
    let rows = try await database.run(
      PaymentMethodQueries.offered, [.text(country)], in: .none, deadline: deadline)
    return try rows.map(Billing.PaymentMethodConfig.init(row:))
      .filter { config in
        guard config.isEnabled, let way = PaymentWay(rawValue: config.paymentMethod) else {
          return false
        }
        return way.isManual || providers[way] != nil
      }
      .sorted { ($0.sortOrder, $0.id) < ($1.sortOrder, $1.id) }
  }

  /// The offer of one method.
  /// - Throws: `RPCError` naming the field when it is not offered.
  func offer(
    of method: String, in country: String, deadline: Deadline?
  ) async throws -> (way: PaymentWay, config: Billing.PaymentMethodConfig) {
    let offered = try await all(in: country, deadline: deadline)
    guard let way = PaymentWay(rawValue: method),
      let config = offered.first(where: { $0.paymentMethod == method })
    else { throw RPCError(field: "payment_method", "This payment method is not available") }
    return (way, config)
  }

  static func checked(country: String) throws -> String {
    let code = country.uppercased()
    guard code.isEmpty || (code.utf8.count == 2 && code.utf8.allSatisfy { (65...90).contains($0) })
    else { throw RPCError(field: "country_code", "Must be two letters") }
    return code
  }
}

extension Billing.PaymentMethodConfig {
  /// A row with the columns of `billing.method_config.get`.
  init(row: Row) throws {
    self.init(
      id: try row.int(0), paymentMethod: try row.text(1), countryCode: try row.text(2),
      displayName: try row.text(3), isEnabled: try row.bool(4), instructions: try row.text(5),
      details: try row.json(6), sortOrder: Int32(truncatingIfNeeded: try row.int(7)),
      createdAt: try row.instant(8), updatedAt: try row.instant(9))
  }
}
