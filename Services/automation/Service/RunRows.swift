import AutomationContract
import AutomationCore
import Jobs
import Kernel
import Postgres

package enum RunSubject {}
package typealias RunID = Identifier<RunSubject>

/// What set a run off; the raw value is what the table holds.
enum RunTrigger: String, Sendable {
  case manual, schedule

  /// The first line of its log.
  var line: String {
    switch self {
    case .manual: "The run was started"
    case .schedule: "The run was started by its schedule"
    }
  }
}

/// A configuration with what is known beside it.
struct StoredConfig: Sendable {
  var config = PipelineConfig()
  var nextRunAt: Instant?
  var lastOutcome: String?
  var lastRunAt: Instant?

  init() {}

  init(row: Row) throws {
    (config, nextRunAt) = (try PipelineConfig(json: try row.json(0)), try row.optionalInstant(1))
    (lastOutcome, lastRunAt) = (try row.optionalText(2), try row.optionalInstant(3))
  }
}

/// A run as its table has it.
struct StoredRun: Sendable {
  let id: RunID
  let account: AccountID
  let site: Int64
  let user: Int64?
  let job: JobID?
  let machine: RunMachine
  let currentStage: Int
  let config: PipelineConfig
  let estimate: String
  let trigger: String
  let error: String?
  let startedAt: Instant?
  let finishedAt: Instant?
  let createdAt: Instant
  let updatedAt: Instant

  init(row: Row) throws {
    (id, account) = (try row.id(0), try row.id(1))
    (site, user) = (try row.int(2), try row.optionalInt(3))
    job = try row.optionalID(4)
    machine = RunMachine(
      state: RunState(rawValue: try row.text(5)) ?? .failed,
      pauseReason: try row.optionalText(6).flatMap(PauseReason.init))
    currentStage = Int(try row.int(7))
    config = try PipelineConfig(json: try row.json(8))
    (estimate, trigger, error) = (try row.json(9), try row.text(10), try row.optionalText(11))
    (startedAt, finishedAt) = (try row.optionalInstant(12), try row.optionalInstant(13))
    (createdAt, updatedAt) = (try row.instant(14), try row.instant(15))
  }

  func reply(_ stages: [StoredStage]) throws -> Automation.Run {
    Automation.Run(
      id: id.value, accountID: account.value, siteID: site, status: machine.state.rawValue,
      currentStage: Int32(currentStage), pauseReason: machine.pauseReason?.rawValue,
      stages: stages.map(\.reply), creditsUsed: stages.reduce(0) { $0 + $1.credits },
      estimate: try Automation.RunEstimate(json: estimate, site: site), trigger: trigger,
      startedAt: startedAt, finishedAt: finishedAt, error: error, createdAt: createdAt,
      updatedAt: updatedAt)
  }
}

/// A stage of a run with the sums of its items.
struct StoredStage: Sendable {
  /// The raw value is what the table holds.
  enum State: String {
    case pending, running, completed, skipped, failed
  }

  let run: RunID
  let stage: Stage
  let state: State
  let idleRounds: Int
  let startedAt: Instant?
  let finishedAt: Instant?
  let seen, done, failed, skipped, credits: Int64

  init(row: Row) throws {
    run = try row.id(0)
    stage = Stage(rawValue: Int(try row.int(1))) ?? .publishing
    state = State(rawValue: try row.text(2)) ?? .failed
    idleRounds = Int(try row.int(3))
    (startedAt, finishedAt) = (try row.optionalInstant(4), try row.optionalInstant(5))
    (seen, done, failed) = (try row.int(6), try row.int(7), try row.int(8))
    (skipped, credits) = (try row.int(9), try row.int(10))
  }

  var reply: Automation.RunStage {
    Automation.RunStage(
      stage: Int32(stage.rawValue), name: stage.name, status: state.rawValue, seen: seen,
      done: done, failed: failed, skipped: skipped, credits: credits, startedAt: startedAt,
      finishedAt: finishedAt)
  }
}

/// An item of a run that is still to be worked on.
struct PendingItem: Sendable {
  let id: Int64
  let batch: Int64
  let sector: Int64
  let label: String
  let estimate: Int64

  init(row: Row) throws {
    (id, batch, sector) = (try row.int(0), try row.int(1), try row.int(2))
    (label, estimate) = (try row.text(3), try row.int(4))
  }
}

/// A line of a run's log.
struct LogLine: Sendable {
  enum Level: String {
    case info, warning, error
  }

  var level: Level = .info
  var stage: Stage?
  let message: String

  init(_ message: String, _ level: Level = .info, stage: Stage? = nil) {
    (self.message, self.level, self.stage) = (message, level, stage)
  }
}
