import Kernel
import Settings

/// What an operator may set.
package struct AutomationSettings: ServiceSettings {
  /// Most jobs that one process does at once.
  package var workers = 16
  /// Most running jobs of one account.
  package var perAccount = 4
  /// How often a watched task or run is looked at.
  package var watchEvery: Duration = .milliseconds(250)
  /// How often due schedules are looked for.
  package var scheduleEvery: Duration = .seconds(10)
  /// Wait before an item that could not be reached is tried again; doubles.
  package var retry = Backoff(base: .milliseconds(300), limit: .seconds(5))
  /// Wait before a stage that made no progress is tried again; doubles.
  package var round = Backoff(base: .seconds(2), limit: .seconds(60))

  /// How long what an account may do is believed.
  package var standingAge: Duration = .seconds(3)

  package init() {}

  package init(reading settings: SettingsReader) {
    let defaults = AutomationSettings()
    workers = settings.int("IGNY8_AUTOMATION_WORKERS", default: defaults.workers, in: 1...1_000)
    perAccount = settings.int(
      "IGNY8_AUTOMATION_PER_ACCOUNT", default: defaults.perAccount, in: 1...1_000)
    watchEvery = settings.duration(
      "IGNY8_AUTOMATION_WATCH_EVERY", default: defaults.watchEvery)
    scheduleEvery = settings.duration(
      "IGNY8_AUTOMATION_SCHEDULE_EVERY", default: defaults.scheduleEvery)
  }
}
