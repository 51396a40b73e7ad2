import Kernel
import Synchronization

/// Calls providers with patience: limits, retries within the deadline, circuit breakers.
final class ProviderCaller: Sendable {
  /// A try with less time than this is not begun.
  private static let shortestTry: Duration = .milliseconds(200)

  /// A provider that is late after less time than this need not be unwell.
  private static let fairTry: Duration = .seconds(10)

  private let limits: ProviderLimits
  private let time: any TimeSource
  private let chance: any Chance
  private let turnstile: Turnstile
  private let breakers = Mutex<[String: ProviderBreaker]>([:])

  init(limits: ProviderLimits, time: any TimeSource, chance: any Chance) {
    (self.limits, self.time, self.chance) = (limits, time, chance)
    turnstile = Turnstile(
      perAccount: limits.perAccount, perPlace: limits.perProvider, time: time)
  }

  /// Tries until it works, the failure is final, or no time is left.
  /// - Parameter attempt: one try, which may take so long.
  /// - Throws: the last `AIFailure`.
  func call<Result: Sendable>(
    _ provider: any Provider, _ job: EngineJob,
    _ attempt: (Duration) async throws -> Result
  ) async throws -> Result {
    var number = 1
    while true {
      do {
        return try await once(provider, job, attempt)
      } catch let failure as AIFailure where failure.isTransient && number < limits.tries {
        let wait = max(
          limits.backoff.delay(attempt: number, chance: chance), failure.retryAfter ?? .zero)
        guard wait + Self.shortestTry < job.deadline.left(of: time) else { throw failure }
        try await time.sleep(for: wait)
        number += 1
      }
    }
  }

  private func once<Result: Sendable>(
    _ provider: any Provider, _ job: EngineJob,
    _ attempt: (Duration) async throws -> Result
  ) async throws -> Result {
    try await turnstile.pass(job.account, to: provider.place, until: job.deadline) {
      let limit = min(limits.tryTimeout, job.deadline.left(of: time))
      guard limit >= Self.shortestTry else { throw AIFailure.timedOut }
      if let pause = breaker(provider.place, { $0.asked(now: time.monotonic()) }) {
        throw AIFailure.resting(pause)
      }
      job.tally.note { $0.tries += 1 }
      do {
        let result = try await attempt(limit)
        breaker(provider.place) { $0.succeeded() }
        return result
      } catch let failure as AIFailure {
        note(failure, of: provider, after: limit)
        throw failure
      }
    }
  }

  private func note(_ failure: AIFailure, of provider: any Provider, after limit: Duration) {
    if failure == .timedOut, limit < min(Self.fairTry, limits.tryTimeout) { return }
    breaker(provider.place) {
      failure.countsAgainstProvider ? $0.failed(now: time.monotonic()) : $0.succeeded()
    }
  }

  @discardableResult
  private func breaker<Answer>(
    _ place: String, _ event: (inout ProviderBreaker) -> Answer
  ) -> Answer {
    breakers.withLock { breakers in
      let new = ProviderBreaker(failuresToTrip: limits.failuresToTrip, pause: limits.pause)
      var breaker = breakers[place] ?? new
      defer { breakers[place] = breaker.isFresh ? nil : breaker }
      return event(&breaker)
    }
  }
}
