import Kernel
import Logging

/// Keeps one background task going until it returns or is cancelled.
struct BackgroundRunner: Sendable {
  /// A task that ran for this long before it failed starts its backoff anew.
  private static let goodRun = Duration.seconds(60)

  var backoff = Backoff(base: .milliseconds(200), limit: .seconds(30))
  let time: any TimeSource
  let chance: any Chance
  let log: Logger

  /// Returns when the task has returned, or was cancelled.
  func keepRunning(_ task: BackgroundTask) async {
    var failures = 0
    var lastLogged: String?
    while !Task.isCancelled {
      let started = time.monotonic()
      do {
        return try await task.run()
      } catch {
        if Task.isCancelled { return }
        if time.monotonic() - started >= Self.goodRun { (failures, lastLogged) = (0, nil) }
        failures += 1
        let reason = String(describing: error)
        if reason != lastLogged {
          lastLogged = reason
          log.error(
            "a background task failed and is started again",
            metadata: ["task": "\(task.name)", "reason": "\(reason)"])
        }
      }
      do { try await time.sleep(for: backoff.delay(attempt: failures, chance: chance)) } catch {
        return
      }
    }
  }
}
