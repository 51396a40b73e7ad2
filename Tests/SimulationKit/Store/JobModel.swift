import Jobs
import Kernel
import Postgres

/// The statements by which jobs come, are claimed and are steered, as Shared/Jobs/Queries words
/// them.
enum JobModel {
  static let statements: [String: StatementModel] = [
    "jobs.claim.as_lease": { tables, _, frame in
      tables.lazyCommits.insert(frame.transaction)
      return Reply([["off"]])
    },
    "jobs.claim.by_index": { _, _, _ in Reply([.init(repeating: "off", count: 5)]) },
    // A claim is one round trip of the simulated server, so that no two ever overlap.
    "jobs.claim.enter": { _, _, _ in Reply([[""]]) },
    "jobs.claim.promote": promote,
    "jobs.claim.as_writer": { _, _, _ in .nothing },
    "jobs.claim.leases": leases,
    "jobs.claim.take_over": takeOver,
    "jobs.claim.claim": claim,
    "jobs.claim.next_due": nextDue,
    "jobs.queue.add": { tables, values, frame in
      let reply = try add(&tables, values, frame)
      return Reply(reply.rows.map { [$0[0]] })
    },
    "jobs.queue.add_keyed": add,
    "jobs.queue.find_key": findKey,
    "jobs.queue.notify": notify,
    "jobs.queue.get": get,
    "jobs.queue.cancel": cancel,
    "jobs.queue.wake": wake,
    "jobs.queue.retry": retry,
    "jobs.queue.depth": depth,
    // Nothing gets so old in a simulation that it would be removed.
    "jobs.queue.clean_jobs": { _, _, _ in .nothing },
    "jobs.queue.clean_events": { _, _, _ in .nothing },
  ]

  // MARK: Claiming

  private static let promote: StatementModel = { tables, values, frame in
    let now = try values.instant(1)
    let due = tables.jobs.rows(for: frame).filter { id, row in
      (row.state == .queued || row.state == .waiting) && !row.isDue
        && row.runAt.map { $0 <= now } ?? false
        && !tables.jobs.isLocked(id, against: frame.transaction)
    }
    let first = due.sorted { ($0.row.runAt ?? now, $0.id) < ($1.row.runAt ?? now, $1.id) }
    for (id, _) in first.prefix(500) {
      try tables.jobs.update(id, for: frame) { row in
        (row.state, row.isDue) = (.queued, true)
      }
    }
    return Reply(affected: min(500, due.count))
  }

  private static let leases: StatementModel = { tables, _, frame in
    Reply(
      tables.jobs.rows(for: frame).compactMap { id, row in
        guard row.state == .running else { return nil }
        return [.int(row.account), .int(id), .int(row.token), .instant(row.leaseUntil)]
      })
  }

  private static let takeOver: StatementModel = { tables, values, frame in
    let (now, most) = (try values.instant(1), try values.int(2))
    let (accounts, ids) = (try values.ints(3), try values.ints(4))
    let (tokens, ends) = (try values.ints(5), try values.ints(6))
    var affected = 0
    for index in ids.indices {
      guard let row = tables.jobs.row(ids[index], for: frame),
        row.account == accounts[index], row.state == .running, row.token == tokens[index],
        row.leaseUntil?.microseconds == ends[index],
        !tables.jobs.isLocked(ids[index], against: frame.transaction)
      else { continue }
      try tables.jobs.update(ids[index], for: frame) { $0.loseLease(at: now, most) }
      affected += 1
    }
    return Reply(affected: affected)
  }

  private static let nextDue: StatementModel = { tables, _, frame in
    let times = tables.jobs.rows(for: frame).compactMap { _, row in
      (row.state == .queued || row.state == .waiting) && !row.isDue ? row.runAt : nil
    }
    return Reply([[.instant(times.min())]])
  }

  private static let claim: StatementModel = { tables, values, frame in
    let chosen = try Claim(values, tables, frame).chosen()
    let (now, until, owner) = (
      try values.instant(1), try values.instant(2), try values.text(3)
    )
    var rows: [[SQLValue]] = []
    for id in chosen {
      try tables.jobs.update(id, for: frame) { row in
        let dueAt = row.runAt
        row.take(owner, until: until, at: now)
        rows.append(row.claimed(id, dueAt))
      }
    }
    return Reply(rows)
  }

  // MARK: Coming and steering

  private static let add: StatementModel = { tables, values, frame in
    let account = try values.int(1)
    try frame.check(account, "jobs")
    let (runAt, now) = (try values.instant(6), try values.instant(8))
    let row = JobRow(
      account: account, kind: try values.text(2), payload: try values.text(3),
      key: try values.optionalText(4), priority: try values.int(5), isDue: runAt <= now,
      runAt: runAt, maxAttempts: try values.int(7), createdAt: now)
    if let id = try tables.jobs.insert(row, for: frame) {
      return Reply([[.int(id), .bool(true)]])
    }
    if frame.isBlind { return .nothing }
    return Reply(try found(tables, values, 4, frame).map { [.int($0), .bool(false)] })
  }

  private static let findKey: StatementModel = { tables, values, frame in
    Reply(try found(tables, values, 2, frame).map { [.int($0)] })
  }

  private static func found(
    _ tables: Tables, _ values: [SQLValue], _ place: Int, _ frame: Frame
  ) throws -> [Int64] {
    guard let key = try values.optionalText(place) else { return [] }
    let name = "\(try values.int(1))/\(key)"
    return tables.jobs.find(name, for: frame).map { [$0] } ?? []
  }

  private static let notify: StatementModel = { tables, values, frame in
    let (channel, payload) = (try values.text(1), try values.text(2))
    var told = tables.notifications[frame.transaction] ?? []
    // Postgres says the same thing once a transaction.
    if !told.contains(where: { $0 == (channel, payload) }) { told.append((channel, payload)) }
    tables.notifications[frame.transaction] = told
    return Reply([[""]])
  }

  private static let get: StatementModel = { tables, values, frame in
    let id = try values.int(2)
    guard let row = tables.jobs.row(id, for: frame), row.account == (try values.int(1))
    else { return .nothing }
    return Reply([row.columns(id)])
  }

  /// Changes one job of an account, if it is there and `change` finds it in the right state.
  private static func steer(
    _ tables: inout Tables, _ values: [SQLValue], _ frame: Frame,
    _ change: (inout JobRow, Instant) -> Bool
  ) throws -> JobState? {
    let (account, id, now) = (try values.int(1), try values.int(2), try values.instant(3))
    guard var seen = tables.jobs.row(id, for: frame), seen.account == account,
      change(&seen, now), var row = try tables.jobs.lock(id, for: frame), change(&row, now)
    else { return nil }
    try tables.jobs.update(id, for: frame) { $0 = row }
    return row.state
  }

  private static let cancel: StatementModel = { tables, values, frame in
    let state = try steer(&tables, values, frame) { row, now in
      guard !row.state.isFinal else { return false }
      (row.isCancelRequested, row.isDue, row.runAt) = (true, false, nil)
      if row.state != .running { (row.state, row.finishedAt) = (.cancelled, now) }
      return true
    }
    return Reply(state.map { [[.text($0.rawValue)]] } ?? [])
  }

  private static let wake: StatementModel = { tables, values, frame in
    let state = try steer(&tables, values, frame) { row, now in
      guard row.state == .waiting || row.state == .running else { return false }
      row.isWakeRequested = row.state == .running
      row.isDue = row.state == .waiting
      if row.state == .waiting { (row.runAt, row.state) = (now, .queued) }
      return true
    }
    return Reply(affected: state == nil ? 0 : 1)
  }

  private static let retry: StatementModel = { tables, values, frame in
    let state = try steer(&tables, values, frame) { row, now in
      guard row.state == .failed || row.state == .cancelled else { return false }
      (row.state, row.isDue, row.runAt) = (.queued, true, now)
      (row.failures, row.takeovers) = (0, 0)
      (row.isCancelRequested, row.isWakeRequested) = (false, false)
      (row.phase, row.percentage, row.message, row.current) = ("INIT", 0, "", 0)
      row.finishedAt = nil
      return true
    }
    return Reply(affected: state == nil ? 0 : 1)
  }

  private static let depth: StatementModel = { tables, _, frame in
    let rows = tables.jobs.rows(for: frame).map(\.row)
    func count(_ state: JobState, isDue: Bool) -> Int {
      rows.count { $0.state == state && $0.isDue == isDue }
    }
    let later = [JobState.queued, .waiting].map { ($0, count($0, isDue: false)) }
    let counts =
      [(JobState.queued, count(.queued, isDue: true))] + later.filter { $0.1 > 0 }
      + [(JobState.running, count(.running, isDue: false))]
    return Reply(counts.map { [.text($0.0.rawValue), .int($0.1)] })
  }
}

/// Which jobs a claim takes: `jobs.claim.claim`, with its steps under their names there.
private struct Claim {
  private struct Candidate {
    let priority: Int64
    let past: Int
    let account: Int64
    let id: Int64
    let nth: Int
  }

  private let free: Int
  private let perAccount: Int
  private let kinds: Set<String>
  private let last: [Int64]
  private let frame: Frame
  private let jobs: Table<JobRow>
  private var busy: [Int64: Int] = [:]
  /// Ready jobs by priority and account, in order.
  private var ready: [[Int64: [(id: Int64, kind: String)]]] = [[:], [:], [:]]

  init(_ values: [SQLValue], _ tables: Tables, _ frame: Frame) throws {
    free = Int(try values.int(4))
    let limit = Int(try values.int(5))
    perAccount = tables.sabotage == .unfairClaim ? limit + 1 : limit
    kinds = Set(try values.texts(6))
    last = [try values.int(7), try values.int(8), try values.int(9)]
    (self.frame, jobs) = (frame, tables.jobs)
    for (id, row) in jobs.rows(for: frame) {
      if row.state == .running { busy[row.account, default: 0] += 1 }
      if row.state == .queued, row.isDue {
        ready[Int(row.priority)][row.account, default: []].append((id, row.kind))
      }
    }
  }

  func chosen() -> [Int64] {
    let candidates = (0..<3).flatMap { lane(priority: $0) }
    let byPlace = candidates.sorted { ($0.priority, $0.nth) < ($1.priority, $1.nth) }
    var taken: [Int64: Int] = [:]
    let ranked = byPlace.filter { candidate in
      taken[candidate.account, default: 0] += 1
      return taken[candidate.account, default: 0] <= room(candidate.account)
    }
    let first = ranked.sorted {
      ($0.priority, $0.nth, $0.past, $0.account) < ($1.priority, $1.nth, $1.past, $1.account)
    }
    return first.prefix(free).map(\.id).filter { !jobs.isLocked($0, against: frame.transaction) }
  }

  private func room(_ account: Int64) -> Int { max(0, perAccount - busy[account, default: 0]) }

  private func lane(priority: Int) -> [Candidate] {
    let accounts = ready[priority].keys.sorted()
    let most = free + busy.count
    let segments = [
      accounts.filter { $0 > last[priority] }, accounts.filter { $0 <= last[priority] },
    ]
    return segments.enumerated().flatMap { past, accounts in
      accounts.prefix(most).flatMap { account in
        (ready[priority][account] ?? []).filter { kinds.contains($0.kind) }
          .prefix(room(account)).enumerated().map { index, job in
            Candidate(
              priority: Int64(priority), past: past, account: account, id: job.id,
              nth: index + 1)
          }
      }
    }
  }
}

extension JobRow {
  fileprivate mutating func loseLease(at now: Instant, _ most: Int64) {
    let isGivenUp = takeovers >= most
    (leaseOwner, leaseUntil) = (nil, nil)
    state = isCancelRequested ? .cancelled : isGivenUp ? .failed : .queued
    isDue = state == .queued
    runAt = isDue ? now : nil
    finishedAt = isDue ? nil : now
    if isGivenUp, !isCancelRequested {
      (error, errorCode) = ("The job was lost with its runner too many times", "internal")
    }
    takeovers += 1
  }

  fileprivate mutating func take(_ owner: String, until: Instant, at now: Instant) {
    (state, isDue, runAt) = (.running, false, nil)
    token += 1
    (leaseOwner, leaseUntil, isWakeRequested) = (owner, until, false)
    startedAt = startedAt ?? now
  }

  fileprivate func claimed(_ id: Int64, _ dueAt: Instant?) -> [SQLValue] {
    [
      .int(account), .int(id), .text(kind), .json(payload), .int(priority), .int(failures),
      .int(maxAttempts), .int(takeovers), .int(token), .json(checkpoint), .text(phase),
      .int(percentage), .text(message), .int(current), .int(total), .json(items),
      .instant(dueAt),
    ]
  }

  fileprivate func columns(_ id: Int64) -> [SQLValue] {
    [
      .int(id), .int(account), .text(kind), .json(payload), .text(key), .int(priority),
      .text(state.rawValue), .int(failures), .int(maxAttempts), .instant(runAt),
      .bool(isCancelRequested), .text(phase), .int(percentage), .text(message), .int(current),
      .int(total), .json(items), .json(checkpoint), .json(result), .text(error),
      .text(errorCode), .instant(createdAt), .instant(startedAt), .instant(finishedAt),
    ]
  }
}
