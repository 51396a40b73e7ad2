import BillingCore
import Kernel
import Postgres

extension PlanTerms {
  /// Five columns: id, name, included credits, price, currency. Nil where the plan is none.
  init?(row: Row, from column: Int) throws {
    guard let id = try row.optionalInt(column) else { return nil }
    let (text, code) = (try row.text(column + 3), try row.text(column + 4))
    guard let currency = Currency(code), let price = Money(text, currency) else {
      throw PostgresError(.value, "\(text) \(code) is no price")
    }
    self.init(
      id: id, name: try row.text(column + 1), included: Credits(try row.int(column + 2)),
      price: price)
  }
}

extension Terms {
  /// A row of `billing.subscription.terms`.
  init(row: Row) throws {
    guard let plan = try PlanTerms(row: row, from: 4) else {
      throw PostgresError(.value, "a subscription without a plan")
    }
    func period(_ column: Int) throws -> Period? {
      try row.optionalInstant(column).flatMap { start in
        try row.optionalInstant(column + 1).map { Period(start: start, end: $0) }
      }
    }
    let next = try PlanTerms(row: row, from: 15).map {
      PlanChoice(plan: $0, cycle: try row.state(20))
    }
    let change = try PlanTerms(row: row, from: 21).flatMap { plan in
      try period(27).map { term in
        PlanChange(
          plan: plan, cycle: try row.state(26), term: term, credits: Credits(try row.int(29)),
          invoice: try row.optionalID(30), dueAt: try row.instant(31), isPaid: try row.bool(32))
      }
    }
    let goesOn = try row.text(0) == "active"
    self.init(
      planID: plan.id, planName: plan.name, included: plan.included, price: plan.price,
      allowsOverage: try row.bool(3), period: goesOn ? try period(1) : nil,
      cycle: try row.state(9), term: try period(10), owedSince: try row.optionalInstant(12),
      termInvoice: try row.optionalID(13), isEnding: try row.bool(14),
      isPaused: try row.bool(33), next: next, change: change)
  }

  func bindings(_ account: SQLValue) -> [SQLValue] {
    [
      account, .int(planID), .text(period == nil ? "cancelled" : "active"),
      .instant(period?.start), .instant(period?.end), .text(cycle.rawValue), .instant(term?.start),
      .instant(term?.end), .instant(owedSince), .id(termInvoice), .bool(isEnding),
      .int(next?.plan.id), .text(next?.cycle.rawValue), .int(change?.plan.id),
      .text(change?.cycle.rawValue), .instant(change?.term.start), .instant(change?.term.end),
      .credits(change?.credits), .id(change?.invoice), .instant(change?.dueAt),
      .bool(change?.isPaid ?? false), .bool(isPaused),
    ]
  }
}
