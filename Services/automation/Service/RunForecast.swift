import AuthContract
import AutomationContract
import AutomationCore
import BillingContract
import CommonContract
import Kernel
import RPC

/// Looks up what a run would do and cost now.
struct RunForecast: Sendable {
  let peers: Peers
  let runs: RunStore

  /// What every stage that is switched on would do; those without items are left out.
  func estimate(
    _ site: Int64, _ account: AccountID, _ call: OutgoingCall
  ) async throws -> (estimate: Automation.RunEstimate, config: PipelineConfig) {
    let config = try await runs.config(of: site, account).config
    async let balance = peers.billing.getBalance(Common.Empty(), call)
    let stages = try await withThrowingTaskGroup(of: (Stage, Int, Int64).self) { group in
      for stage in Stage.allCases where config[stage].isEnabled {
        group.addTask {
          let (items, credits) = try await forecast(stage, site, config[stage], call)
          return (stage, items, credits)
        }
      }
      var all: [(stage: Stage, items: Int, credits: Int64)] = []
      for try await one in group where one.1 > 0 { all.append(one) }
      return all.sorted { $0.stage.rawValue < $1.stage.rawValue }
    }
    let required = StartingNeed.credits(stages.map { ($0.items, $0.credits) })
    let available = try await balance.availableCredits
    let estimate = Automation.RunEstimate(
      siteID: site,
      stages: stages.map {
        Automation.StageEstimate(
          stage: Int32($0.stage.rawValue), name: $0.stage.name, items: Int64($0.items),
          credits: $0.credits)
      },
      totalCredits: stages.reduce(0) { $0 + $1.credits }, requiredCredits: required,
      availableCredits: available, sufficient: available >= required)
    return (estimate, config)
  }

  /// Refuses a site that is not the account's, or not active.
  func check(site: Int64, _ call: OutgoingCall) async throws {
    _ = try await peers.tenancy.checkPlace(
      Auth.CheckPlaceRequest(siteID: site, forWriting: true), call)
  }

  private func forecast(
    _ stage: Stage, _ site: Int64, _ settings: StageSettings, _ call: OutgoingCall
  ) async throws -> (items: Int, credits: Int64) {
    let items = try await peers.items(of: stage, site: site, atMost: settings.maxItems, call)
    let plan = StagePlan(stage, items, settings: settings)
    guard plan.count > 0, let operation = stage.operation else { return (plan.count, 0) }
    let costs = try await peers.prices(of: operation, Set(plan.amounts), call).costs
    return (plan.count, plan.cost { costs[$0] ?? 0 })
  }
}
