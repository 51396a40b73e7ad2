import BillingContract
import Kernel
import Postgres
import RPC
import Resources

/// What credits went into, cut four ways in one pass over the usage logs.
struct AnalyticsHandlers: Sendable {
  let accounts: Accounts

  func register(in routes: inout RPCRoutes) {
    routes.answer(AnalyticsMethods.analyzeUsage, analyze)
  }

  private func analyze(
    _ request: Billing.AnalyzeUsageRequest, _ call: IncomingCall
  ) async throws -> Billing.UsageAnalytics {
    let account = try call.requireAccount()
    guard (1...366).contains(request.days) else {
      throw RPCError(field: "days", "Must be from 1 to 366")
    }
    let today = accounts.ledgers.time.now().date.daysSinceEpoch
    let first = today - Int64(request.days) + 1
    let (from, before) = (Self.midnight(first), Self.midnight(today + 1))
    let rows = try await accounts.ledgers.database.run(
      HistoryQueries.analytics,
      [.id(account), .instant(from), .instant(before), .int(request.siteID)],
      in: .account(account), deadline: call.deadline)
    var reply = Billing.UsageAnalytics(days: request.days, start: from, end: before)
    var days: [String: Billing.UsageOfDay] = [:]
    for row in rows {
      let part = try Part(row: row)
      switch try row.text("cut") {
      case "day":
        let day = try row.text("name")
        days[day] = Billing.UsageOfDay(
          date: day, credits: part.credits, costUsd: part.cost, count: part.count)
      case "operation":
        reply.byOperation.append(
          Billing.UsageOfOperation(
            operationType: try row.text("name"), credits: part.credits, costUsd: part.cost,
            count: part.count))
      case "model":
        reply.byModel.append(
          Billing.UsageOfModel(
            model: try row.text("name"), credits: part.credits, costUsd: part.cost,
            count: part.count))
      case "site":
        reply.bySite.append(
          Billing.UsageOfSite(
            siteID: try row.optionalInt("site_id"), credits: part.credits, costUsd: part.cost,
            count: part.count))
      default:
        (reply.totalCredits, reply.totalCostUsd) = (part.credits, part.cost)
        reply.totalCount = part.count
      }
    }
    reply.byDay = (first...today).map { day in
      let date = String(Self.midnight(day).rfc3339.prefix(10))
      return days[date] ?? Billing.UsageOfDay(date: date)
    }
    return reply
  }

  private static func midnight(_ day: Int64) -> Instant {
    Instant(CivilDate(daysSinceEpoch: day))
  }

  /// What fell into one part.
  private struct Part {
    let credits: Int64
    let cost: Double
    let count: Int64

    init(row: Row) throws {
      credits = try row.int("credits")
      cost = try row.double("cost")
      count = try row.int("number")
    }
  }
}
