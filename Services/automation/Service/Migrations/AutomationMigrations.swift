import Postgres

package enum AutomationMigrations {
  package static let schema = "automation"
  package static let all = [
    m0001Pipeline, m0002Schedules, m0003LighterJobs, m0004PauseReasons,
  ]
}
