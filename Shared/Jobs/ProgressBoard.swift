import Kernel
import Logging
import Redis

/// The progress of running jobs in Redis, for readers who ask often. Best effort: without Redis
/// readers see what Postgres has.
struct ProgressBoard: Sendable {
  private let redis: RedisClient?
  private let keep: Duration
  private let log: Logger

  init(redis: RedisClient?, keep: Duration, log: Logger) {
    (self.redis, self.keep, self.log) = (redis, keep, log)
  }

  private func key(_ id: JobID, _ account: AccountID) -> String {
    "{\(account)}:job:\(id):progress"
  }

  /// Shows progress, unless a later holder of the job, or a higher percentage, has been shown.
  func show(_ progress: JobProgress, of job: ClaimedJob) async {
    guard let redis, redis.isAvailable else { return }
    var fields: [RedisArgument] = [
      "phase", .init(progress.phase), "percentage", .init(progress.percentage), "message",
      .init(progress.message), "current", .init(progress.current), "total",
      .init(progress.total),
    ]
    if let items = progress.items { fields += ["items", .init(items)] }
    do throws(RedisError) {
      _ = try await redis.run(
        Self.show, keys: [key(job.id, job.account)],
        arguments: [.init(job.token), .init(progress.percentage), .init(keep.milliseconds)]
          + fields)
    } catch {
      log.debug("showing progress failed", metadata: ["error": "\(error)"])
    }
  }

  /// What was shown last; nil when nothing is known.
  func read(_ id: JobID, of account: AccountID) async -> JobProgress? {
    guard let redis, redis.isAvailable else { return nil }
    guard let reply = try? await redis.command(["HGETALL", .init(key(id, account))]),
      let words = reply.array, !words.isEmpty
    else { return nil }
    var fields: [String: String] = [:]
    for index in stride(from: 0, to: words.count - 1, by: 2) {
      if let name = words[index].text { fields[name] = words[index + 1].text }
    }
    return JobProgress(
      phase: fields["phase"] ?? "", percentage: Int(fields["percentage"] ?? "") ?? 0,
      message: fields["message"] ?? "", current: Int64(fields["current"] ?? "") ?? 0,
      total: Int64(fields["total"] ?? "") ?? 0, items: fields["items"])
  }

  /// Takes back what was shown, for a job that begins anew.
  func forget(_ id: JobID, of account: AccountID) async {
    _ = try? await redis?.command(["DEL", .init(key(id, account))])
  }

  /// Arguments: token, percentage, milliseconds to keep, then names and values.
  private static let show = RedisScript(
    source: """
      local shown = redis.call('HMGET', KEYS[1], 'token', 'percentage')
      if tonumber(shown[1] or 0) > tonumber(ARGV[1]) then return 0 end
      if tonumber(shown[2] or 0) > tonumber(ARGV[2]) then return 0 end
      redis.call('HSET', KEYS[1], 'token', ARGV[1], unpack(ARGV, 4))
      redis.call('PEXPIRE', KEYS[1], ARGV[3])
      return 1
      """)
}
