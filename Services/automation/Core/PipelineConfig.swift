/// How the pipeline of a site works.
package struct PipelineConfig: Sendable, Equatable {
  package var isEnabled: Bool
  package var frequency: Frequency
  /// "HH:MM" in the zone.
  package var scheduledTime: String
  /// A tz database name.
  package var timezone: String
  package var stages: [Stage: StageSettings]
  /// Most credits that one run may spend; nil for no limit.
  package var creditCap: Int64?
  package var publishesItself: Bool
  package var destinations: [String]
  /// Wait between two batches.
  package var delayMilliseconds: Int64

  /// The raw value is what tables and contracts hold.
  package enum Frequency: String, Sendable, CaseIterable {
    case daily, weekly, monthly
  }

  /// What a site has before anybody configured it.
  package init() {
    (isEnabled, frequency, scheduledTime, timezone) = (false, .daily, "06:00", "UTC")
    (stages, creditCap, publishesItself) = ([:], nil, false)
    (destinations, delayMilliseconds) = (["igny8_sites"], 0)
  }

  package subscript(stage: Stage) -> StageSettings { stages[stage] ?? StageSettings(stage) }
}

/// How one stage works.
package struct StageSettings: Sendable, Equatable {
  package var isEnabled: Bool
  package var batchSize: Int
  /// Most items in one run; nil for all.
  package var maxItems: Int?

  package init(isEnabled: Bool = true, batchSize: Int, maxItems: Int? = nil) {
    (self.isEnabled, self.batchSize, self.maxItems) = (isEnabled, batchSize, maxItems)
  }

  package init(_ stage: Stage) { self.init(batchSize: stage.defaultBatchSize) }
}
