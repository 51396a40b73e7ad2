import AutomationContract
import AutomationCore
import Kernel
import RPC
import Resources

/// The configuration of a site's pipeline.
struct ConfigHandlers: Sendable {
  let peers: Peers
  let runs: RunStore
  let zones: Zones

  func register(in routes: inout RPCRoutes) {
    routes.answer(PipelineMethods.getConfig) { request, call in
      let site = try request.requireSite()
      try await peers.check(site: site, call)
      return try await reply(site, call)
    }
    routes.answer(PipelineMethods.saveConfig, save)
  }

  private func reply(_ site: Int64, _ call: IncomingCall) async throws -> Automation.Config {
    try await runs.config(of: site, try call.requireAccount()).reply(site: site)
  }

  private func save(
    _ request: Automation.Config, _ call: IncomingCall
  ) async throws -> Automation.Config {
    guard let site = request.siteID else { throw RPCError(required: "site_id") }
    try request.validate(zones)
    try await peers.check(site: site, call, forWriting: true)
    try await runs.changeConfig(of: site, try call.requireAccount(), zones) {
      $0.take(request)
    }
    return try await reply(site, call)
  }
}

extension Automation.SiteRequest {
  func requireSite() throws -> Int64 {
    guard let siteID else { throw RPCError(required: "site_id") }
    return siteID
  }
}

extension Automation.Config {
  /// What the contract's own rules leave to say.
  fileprivate func validate(_ zones: Zones) throws {
    if let frequency, PipelineConfig.Frequency(rawValue: frequency) == nil {
      throw RPCError(field: "frequency", "Invalid frequency")
    }
    if let scheduledTime, TimeOfDay(scheduledTime) == nil {
      throw RPCError(field: "scheduled_time", "Must be a time of day, HH:MM")
    }
    if let timezone, zones.rules(of: timezone) == nil {
      throw RPCError(field: "timezone", "Unknown timezone")
    }
    if let creditCap, creditCap < 1 { throw RPCError(field: "credit_cap", "Must be 1 or more") }
    if let delayMs, !(0...600_000).contains(delayMs) {
      throw RPCError(field: "delay_ms", "Must be between 0 and 600000")
    }
    for entry in stages {
      guard let stage = entry.stage, Stage(rawValue: Int(stage)) != nil else {
        throw RPCError(field: "stages", "A stage is a number from 1 to 7")
      }
      if let size = entry.batchSize, !(1...Stage.largestBatch).contains(Int(size)) {
        throw RPCError(field: "stages", "A batch has 1 to \(Stage.largestBatch) items")
      }
      if let most = entry.maxItems, most < 1 {
        throw RPCError(field: "stages", "Must be 1 or more")
      }
    }
    if let unknown = destinations.first(where: { $0 != "igny8_sites" }) {
      throw RPCError(field: "destinations", "Unknown destination \(unknown)")
    }
  }
}

extension PipelineConfig {
  /// Takes over what a request says; what it leaves out stays. A stage that is named is replaced.
  fileprivate mutating func take(_ request: Automation.Config) {
    isEnabled = request.enabled ?? isEnabled
    frequency = request.frequency.flatMap(Frequency.init) ?? frequency
    scheduledTime = request.scheduledTime ?? scheduledTime
    timezone = request.timezone ?? timezone
    creditCap = request.creditCap ?? (request.cleared.contains("credit_cap") ? nil : creditCap)
    publishesItself = request.autoPublish ?? publishesItself
    delayMilliseconds = request.delayMs ?? delayMilliseconds
    if !request.destinations.isEmpty || request.cleared.contains("destinations") {
      destinations = request.destinations
    }
    for entry in request.stages {
      guard let stage = entry.stage.flatMap({ Stage(rawValue: Int($0)) }) else { continue }
      var settings = StageSettings(stage)
      settings.isEnabled = entry.enabled ?? settings.isEnabled
      settings.batchSize = entry.batchSize.map(Int.init) ?? settings.batchSize
      settings.maxItems = entry.maxItems.map(Int.init)
      stages[stage] = settings
    }
  }
}

extension StoredConfig {
  fileprivate func reply(site: Int64) -> Automation.Config {
    Automation.Config(
      siteID: site, enabled: config.isEnabled, frequency: config.frequency.rawValue,
      scheduledTime: config.scheduledTime, timezone: config.timezone,
      stages: Stage.allCases.map { stage in
        let settings = config[stage]
        return Automation.StageConfig(
          stage: Int32(stage.rawValue), enabled: settings.isEnabled,
          batchSize: Int32(settings.batchSize), maxItems: settings.maxItems.map(Int32.init))
      },
      creditCap: config.creditCap, autoPublish: config.publishesItself,
      destinations: config.destinations, delayMs: config.delayMilliseconds, nextRunAt: nextRunAt,
      lastRunAt: lastRunAt, lastOutcome: lastOutcome)
  }
}
