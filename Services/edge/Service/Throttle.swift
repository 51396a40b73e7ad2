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

/// Counters in Redis. A window begins with its first request and ends by itself; who knows when it
/// ends has nothing to do but count.
package struct RedisThrottleCounters: ThrottleCounters {
  /// A throttle must not make requests slow when Redis is.
  static let timeout: Duration = .milliseconds(250)
  static let mostKnown = 10_000

  let redis: RedisClient
  let time: any TimeSource
  /// When windows end, by key.
  private let ends = TTLCache<String, Instant>(
    capacity: mostKnown, lifetime: .seconds(ThrottleRate.Unit.day.seconds))

  package init(redis: RedisClient, time: any TimeSource) { (self.redis, self.time) = (redis, time) }

  package func count(_ counts: [ThrottleCount]) async throws -> [ThrottleState] {
    let known = knownEnds(of: counts)
    let (used, windowEnds) =
      known.count == counts.count
      ? try await countOn(counts, until: known) : try await look(counts)
    return counts.indices.map { place in
      ThrottleState(
        limit: counts[place].rate.limit, used: Int(clamping: used[place]),
        reset: (windowEnds[place].microseconds + 999_999) / 1_000_000)
    }
  }

  /// Those that lie ahead.
  private func knownEnds(of counts: [ThrottleCount]) -> [Instant] {
    let (now, moment) = (time.now(), time.monotonic())
    return counts.compactMap { count in
      ends.value(of: count.key, now: moment).flatMap { $0 > now ? $0 : nil }
    }
  }

  private func note(_ end: Instant, of count: ThrottleCount) {
    ends.insert(end, for: count.key, now: time.monotonic())
  }

  /// Counts in windows that are known. One that Redis has forgotten begins anew.
  private func countOn(
    _ counts: [ThrottleCount], until known: [Instant]
  ) async throws -> (used: [Int64], ends: [Instant]) {
    let used = try await numbers(counts.map { ["INCR", RedisArgument($0.key)] })
    let fresh = used.indices.filter { used[$0] == 1 }
    var ends = known
    if !fresh.isEmpty {
      _ = try await numbers(
        fresh.map { place in
          ["PEXPIRE", .init(counts[place].key), .init(counts[place].rate.unit.milliseconds)]
        })
      let now = time.now()
      for place in fresh {
        ends[place] = now + .milliseconds(counts[place].rate.unit.milliseconds)
        note(ends[place], of: counts[place])
      }
    }
    return (used, ends)
  }

  private func numbers(_ commands: [RedisCommand]) async throws -> [Int64] {
    try await redis.pipeline(commands, timeout: Self.timeout).map { reply in
      guard let number = try reply.get().int else { throw RedisError.unavailable("no count") }
      return number
    }
  }

  /// Counts and finds out when the windows end, all at once; one that has no end gets one.
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

  private func look(
    _ counts: [ThrottleCount]
  ) async throws -> (used: [Int64], ends: [Instant]) {
    let value = try await redis.run(
      Self.script, keys: counts.map(\.key),
      arguments: counts.map { RedisArgument($0.rate.unit.milliseconds) }, timeout: Self.timeout)
    let numbers = (value.array ?? []).compactMap(\.int)
    guard numbers.count == counts.count * 2 else { throw RedisError.unavailable("no counts") }
    let now = time.now()
    let ends = counts.indices.map { now + .milliseconds(numbers[$0 * 2 + 1]) }
    for (count, end) in zip(counts, ends) { note(end, of: count) }
    return (counts.indices.map { numbers[$0 * 2] }, ends)
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
