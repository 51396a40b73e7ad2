import EdgeCore
import Kernel
import Logging
import RPC
import Redis
import Telemetry

/// One counter to move on.
package struct ThrottleCount: Sendable {
  package let key: String
  package let rate: ThrottleRate
}

/// Where requests are counted, for all replicas together.
package protocol ThrottleCounters: Sendable {
  /// Counts one request in each and tells where each stands now.
  func count(_ counts: [ThrottleCount]) async throws -> [ThrottleState]
}

/// Counters in Redis: one script moves all of them on at once. A window begins with its first
/// request and ends by itself.
package struct RedisThrottleCounters: ThrottleCounters {
  /// A throttle must not make requests slow when Redis is.
  static let timeout: Duration = .milliseconds(250)

  let redis: RedisClient
  let time: any TimeSource

  private static let script = RedisScript(
    source: """
      local out = {}
      for place, key in ipairs(KEYS) do
        local used = redis.call('INCR', key)
        local left = redis.call('PTTL', key)
        if used == 1 or left < 0 then
          left = tonumber(ARGV[place])
          redis.call('PEXPIRE', key, left)
        end
        out[#out + 1] = used
        out[#out + 1] = left
      end
      return out
      """)

  package func count(_ counts: [ThrottleCount]) async throws -> [ThrottleState] {
    let value = try await redis.run(
      Self.script, keys: counts.map(\.key),
      arguments: counts.map { RedisArgument($0.rate.unit.seconds * 1_000) }, timeout: Self.timeout)
    let numbers = (value.array ?? []).compactMap(\.int)
    guard numbers.count == counts.count * 2 else { throw RedisError.unavailable("no counts") }
    let now = time.now()
    return counts.indices.map { place in
      let end = now + .milliseconds(numbers[place * 2 + 1])
      return ThrottleState(
        limit: counts[place].rate.limit, used: Int(clamping: numbers[place * 2]),
        reset: (end.microseconds + 999_999) / 1_000_000)
    }
  }
}

/// Limits how often whom may ask what.
struct Throttle: Sendable {
  let counters: any ThrottleCounters
  let rates: [String: ThrottleRate]
  let ceiling: ThrottleRate
  /// Scope limits bind nobody.
  let isOff: Bool
  let failures: Counter

  struct Verdict: Sendable {
    /// What the headers tell; nil when nothing could be counted.
    let state: ThrottleState?
    let isRefused: Bool
  }

  /// Counts one request. When Redis is away, the request passes.
  func verdict(scope: String, _ caller: Caller) async -> Verdict {
    let rate = rates[scope] ?? rates["default"] ?? ThrottleRate(100)
    let tag = caller.context.account.map { "{t\($0.value)}" } ?? "{t0}"
    var counts = [ThrottleCount(key: "throttle:\(tag):\(scope):\(caller.name)", rate: rate)]
    if caller.context.account != nil {
      counts.append(ThrottleCount(key: "throttle:\(tag):all", rate: ceiling))
    }
    guard let states = try? await counters.count(counts), let own = states.first else {
      failures.add()
      return Verdict(state: nil, isRefused: false)
    }
    if states.count > 1, states[1].isExceeded, caller.context.role != .developer {
      return Verdict(state: states[1], isRefused: true)
    }
    return Verdict(state: own, isRefused: own.isExceeded && !isOff && !caller.isFree)
  }
}
