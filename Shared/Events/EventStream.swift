import Kernel
import Postgres
import Redis
import Synchronization

/// The stream of events in Redis, as one schema's relay writes it.
///
/// Redis may lose the stream: flushed, restarted without its data, or failed over to a copy that
/// lags behind. Beside the stream lies a marker for each schema: the number of the current
/// *generation* and the id of the Redis process it was begun on. A missing marker, or another
/// process, begins a new generation with a higher number. An event is added only while the marker
/// still names the generation that the relay knows (one script checks and adds), and its row in
/// `outbox` notes that generation. So every row that notes an earlier generation than the current
/// one is sent again: what may be lost is repeated, and consumers drop what they have had.
struct EventStream: Sendable {
  /// Every context's events.
  static let name = "igny8:events"

  private struct Known {
    var generation: Int64
    var checkedAt: Duration
  }

  private final class State: Sendable {
    let known = Mutex<Known?>(nil)
  }

  private let redis: RedisClient
  private let database: Database
  private let time: any TimeSource
  private let state = State()

  /// How long a look at the marker holds; losses of Redis are seen within it.
  private let checkEvery: Duration = .seconds(1)
  /// Events sent again in one go.
  private let resendBatch: Int64 = 5_000

  init(redis: RedisClient, database: Database, time: any TimeSource) {
    (self.redis, self.database, self.time) = (redis, database, time)
  }

  private var schema: String { database.settings.schema }

  /// Braces put the marker into the same slot of a cluster as the stream.
  private var markerKey: String { "{\(Self.name)}:marker:\(schema)" }

  /// The current generation, begun if need be; what went to earlier ones is due again.
  /// - Throws: `RedisError`, `PostgresError`.
  func generation() async throws -> Int64 {
    let now = time.monotonic()
    if let known = state.known.withLock({ $0 }), now - known.checkedAt < checkEvery {
      return known.generation
    }
    let generation = try await currentGeneration()
    let values: [SQLValue] = [.instant(time.now()), .int(generation), .int(resendBatch)]
    _ = try await database.run(OutboxQueries.resend, values, in: .allAccounts)
    state.known.withLock { $0 = Known(generation: generation, checkedAt: now) }
    return generation
  }

  private func currentGeneration() async throws -> Int64 {
    let process = try await processID()
    let marker = try await redis.command(["GET", .init(markerKey)]).text
    if let marker, let generation = Self.generation(in: marker, of: process) { return generation }
    let next = try await database.run(OutboxQueries.nextGeneration, in: .none).one().int(0)
    let replaced = try await redis.run(
      Self.replace, keys: [markerKey],
      arguments: [.init(marker ?? ""), .init("\(next) \(process)")])
    if replaced.int == 1 { return next }
    return try await currentGeneration()
  }

  private static func generation(in marker: String, of process: String) -> Int64? {
    let words = marker.split(separator: " ")
    guard words.count == 2, words[1] == process else { return nil }
    return Int64(words[0])
  }

  /// A new one with every start of Redis.
  private func processID() async throws -> String {
    let info = try await redis.command(["INFO", "server"]).text ?? ""
    for line in info.split(whereSeparator: \.isNewline) where line.hasPrefix("run_id:") {
      return String(line.dropFirst("run_id:".count))
    }
    throw RedisError.protocolViolation("INFO names no run_id")
  }

  /// Adds events, all or none; false when the generation is over.
  /// - Parameter oldest: entries from before this may be trimmed away.
  /// - Throws: `RedisError`; the events may have been added nevertheless.
  func append(
    _ events: [OutboxMessage], to generation: Int64, keepingSince oldest: Instant
  ) async throws -> Bool {
    let fields = events.flatMap { Event($0, from: schema).fields.map { RedisArgument($0) } }
    let trimmed = max(0, oldest.microseconds / 1_000)
    let added = try await redis.run(
      Self.add, keys: [Self.name, markerKey],
      arguments: [.init(generation), .init(trimmed), .init(Event.fieldCount)] + fields)
    if added.int == 1 { return true }
    state.known.withLock { $0 = nil }
    return false
  }

  /// Sets the marker unless somebody else did meanwhile.
  private static let replace = RedisScript(
    source: """
      if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
      redis.call('SET', KEYS[1], ARGV[2])
      return 1
      """)

  /// Adds entries if the marker names the generation.
  private static let add = RedisScript(
    source: """
      local marker = redis.call('GET', KEYS[2])
      if not marker or string.match(marker, '^%d+') ~= ARGV[1] then return 0 end
      local width = tonumber(ARGV[3])
      for first = 4, #ARGV, width do
        redis.call('XADD', KEYS[1], 'MINID', '~', ARGV[2], '*',
          unpack(ARGV, first, first + width - 1))
      end
      return 1
      """)
}
