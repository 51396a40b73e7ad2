import BillingContract
import Kernel
import Postgres
import RPC
import Resources

/// What a plan limits in number.
enum LimitedThing: String, Sendable, CaseIterable {
  case users, sites, industries

  /// "1 user", "3 users".
  func counted(_ number: Int64) -> String {
    switch self {
    case .users: number == 1 ? "1 user" : "\(number) users"
    case .sites: number == 1 ? "1 site" : "\(number) sites"
    case .industries: number == 1 ? "1 industry" : "\(number) industries"
    }
  }
}

/// Holds accounts to the numbers of things that their plans allow.
final class PlanLimits: Sendable {
  private let credits: CreditAccounts
  private let time: any TimeSource
  /// From the question before a transaction to its end.
  private let known = TTLCache<AccountID, Billing.Plan>(capacity: 10_000, lifetime: .seconds(60))

  init(credits: CreditAccounts, time: any TimeSource) {
    (self.credits, self.time) = (credits, time)
  }

  /// Asks for the account's plan; to be done before the transaction of `require`.
  func learn(_ account: AccountID, _ call: IncomingCall) async throws {
    let asked = time.monotonic()
    known.insert(try await credits.plan(of: account, call), for: account, now: asked)
  }

  /// Refuses when the account would have more than its plan allows. Others who add something to
  /// the account wait until the transaction ends.
  func require(
    room thing: LimitedThing, of account: AccountID, in transaction: Transaction
  ) async throws {
    let plan = try plan(of: account)
    _ = try await transaction.run(LimitQueries.lock, [.id(account)])
    let counts = try await transaction.run(LimitQueries.counts, [.id(account)]).one()
    let allowed = plan.allowed(thing)
    guard try counts.int(thing.rawValue) < allowed else { throw Self.refusal(thing, allowed) }
  }

  /// Does not refuse what a plan does not limit only because the plan cannot be asked for.
  func learnIfPossible(_ account: AccountID, _ call: IncomingCall) async {
    try? await learn(account, call)
  }

  /// Refuses an industry beyond those that the account's sites have and its plan allows.
  /// - Parameter sites: whose industry it becomes; they do not count.
  func require(
    industry: Int64, for sites: [Int64], of account: AccountID, in transaction: Transaction
  ) async throws {
    let plan = try plan(of: account)
    _ = try await transaction.run(LimitQueries.lock, [.id(account)])
    let others = try await transaction.run(
      LimitQueries.otherIndustries, [.id(account), .ints(sites), .int(industry)]
    ).one().int(0)
    let allowed = plan.allowed(.industries)
    guard others < allowed else { throw Self.refusal(.industries, allowed) }
  }

  private func plan(of account: AccountID) throws -> Billing.Plan {
    guard let plan = known.value(of: account, now: time.monotonic()) else {
      throw RPCError(.unavailable, "The account's plan is not known now", reason: "no_plan")
    }
    return plan
  }

  private static func refusal(_ thing: LimitedThing, _ allowed: Int64) -> RPCError {
    RPCError(
      .permissionDenied, "Your plan allows \(thing.counted(allowed))", reason: "plan_limit")
  }
}

extension Billing.Plan {
  func allowed(_ thing: LimitedThing) -> Int64 {
    switch thing {
    case .users: maxUsers
    case .sites: maxSites
    case .industries: maxIndustries
    }
  }
}
