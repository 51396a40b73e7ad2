import Kernel
import Synchronization

/// Whether the process should get work.
final class Readiness: Sendable {
  enum Phase: String, Sendable { case starting, serving, stopping }

  /// How long one check may take.
  private static let limit = Duration.seconds(1)

  private let phase = Mutex(Phase.starting)
  private let checks: [ReadinessCheck]
  private let time: any TimeSource

  init(checks: [ReadinessCheck], time: any TimeSource) {
    (self.checks, self.time) = (checks, time)
  }

  func enter(_ new: Phase) { phase.withLock { $0 = new } }

  /// Whether work may come, and one line for each thing that counts.
  func report() async -> (isReady: Bool, lines: [String]) {
    let phase = phase.withLock { $0 }
    var isReady = phase == .serving
    var lines = [phase.rawValue]
    await withTaskGroup(of: (Int, String?).self) { group in
      for (index, check) in checks.enumerated() {
        group.addTask { (index, await self.failure(of: check)) }
      }
      var failures: [Int: String] = [:]
      for await (index, failure) in group { failures[index] = failure }
      for (index, check) in checks.enumerated() {
        lines.append("\(check.name) \(failures[index] ?? "ok")")
      }
      isReady = isReady && failures.isEmpty
    }
    return (isReady, lines)
  }

  /// What is wrong; never the error's text, which may name hosts and users.
  private func failure(of check: ReadinessCheck) async -> String? {
    do {
      try await within(Self.limit, time) { try await check.check() }
      return nil
    } catch is TimeLimitPassed {
      return "no answer in time"
    } catch {
      return "failed"
    }
  }
}

struct TimeLimitPassed: Error {}

/// Runs `work` and cancels it after `limit`; returns then even when the work does not heed that.
/// - Throws: `TimeLimitPassed`, or what `work` throws.
func within(
  _ limit: Duration, _ time: any TimeSource, _ work: @escaping @Sendable () async throws -> Void
) async throws {
  let (outcomes, outcome) = AsyncStream<Result<Void, any Error>>.makeStream()
  let working = Task {
    do {
      try await work()
      outcome.yield(.success(()))
    } catch {
      outcome.yield(.failure(error))
    }
  }
  let waiting = Task {
    try await time.sleep(for: limit)
    outcome.yield(.failure(TimeLimitPassed()))
  }
  defer {
    working.cancel()
    waiting.cancel()
  }
  for await first in outcomes { return try first.get() }
  throw CancellationError()
}
