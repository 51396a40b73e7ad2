import AuthContract
import BillingContract
import CommonContract
import Postgres
import RPC
import Resources

/// What a plan allows, with how much of it there is.
struct LimitHandlers: Sendable {
  let database: Database
  let credits: CreditAccounts

  func register(in routes: inout RPCRoutes) {
    routes.answer(TenancyMethods.listLimits, list)
  }

  private func list(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Auth.ListLimitsReply {
    let account = try call.requireAccount()
    let counts = try await database.run(
      LimitQueries.counts, [.id(account)], in: .account(account), deadline: call.deadline
    ).one()
    let limits = try await credits.limits(call).map { limit in
      var shown = Auth.Limit(
        title: limit.title, limit: limit.limit, used: limit.used, available: limit.available,
        unit: limit.unit, category: limit.category, percentage: limit.percentage)
      if let thing = LimitedThing(rawValue: limit.unit) {
        shown.count(try counts.int(thing.rawValue))
      }
      return shown
    }
    return Auth.ListLimitsReply(results: limits)
  }
}

extension Auth.Limit {
  /// With one digit behind the point.
  fileprivate mutating func count(_ number: Int64) {
    (used, available) = (number, max(0, limit - number))
    percentage = limit > 0 ? (Double(number) * 1_000 / Double(limit)).rounded() / 10 : 0
  }
}
