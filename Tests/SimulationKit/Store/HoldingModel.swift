import Jobs
import Kernel
import Postgres

/// The statements of a runner that holds jobs.
enum HoldingModel {
  static let statements: [String: StatementModel] = [
    "jobs.hold.heartbeat": heartbeat,
    "jobs.hold.lock": lock,
    "jobs.hold.settle": settle,
    "jobs.hold.progress": progress,
    "jobs.hold.checkpoint": checkpoint,
    "jobs.hold.fence": fence,
  ]

  /// The job if the token is its latest and it runs; locked.
  private static func held(
    _ tables: inout Tables, _ holder: Holder, _ frame: Frame
  ) throws -> JobRow? {
    let (account, id) = (holder.account, holder.id)
    guard let seen = tables.jobs.row(id, for: frame), seen.account == account
    else { return nil }
    // A row that does not match by what is committed is not waited for.
    guard seen.isHeld(by: holder, tables.sabotage) else { return nil }
    let row = try tables.jobs.lock(id, for: frame)
    return row.flatMap { $0.isHeld(by: holder, tables.sabotage) ? $0 : nil }
  }

  private static let heartbeat: StatementModel = { tables, values, frame in
    let (until, owner) = (try values.instant(1), try values.text(2))
    let (accounts, ids, tokens) = (try values.ints(3), try values.ints(4), try values.ints(5))
    let (phases, percentages, messages) = (
      try values.texts(6), try values.ints(7), try values.texts(8)
    )
    let (current, total) = (try values.ints(9), try values.ints(10))
    var rows: [[SQLValue]] = []
    for index in ids.indices {
      let holder = Holder(
        account: accounts[index], id: ids[index], token: tokens[index], owner: owner)
      guard let seen = tables.jobs.row(holder.id, for: frame),
        seen.account == holder.account, seen.isHeld(by: holder, tables.sabotage)
      else { continue }
      rows.append([
        .int(seen.account), .int(holder.id), .int(seen.token), .bool(seen.isCancelRequested),
      ])
      // One that somebody has locked is passed over.
      if tables.jobs.isLocked(holder.id, against: frame.transaction) { continue }
      try tables.jobs.update(holder.id, for: frame) { row in
        row.leaseUntil = until
        (row.phase, row.message) = (phases[index], messages[index])
        row.percentage = max(row.percentage, percentages[index])
        (row.current, row.total) = (current[index], total[index])
      }
    }
    return Reply(rows)
  }

  private static let lock: StatementModel = { tables, values, frame in
    let owner = try values.text(1)
    let (accounts, ids, tokens) = (try values.ints(2), try values.ints(3), try values.ints(4))
    var count: Int64 = 0
    for index in ids.indices {
      let holder = Holder(
        account: accounts[index], id: ids[index], token: tokens[index], owner: owner)
      if try held(&tables, holder, frame) != nil { count += 1 }
    }
    return Reply([[.int(count)]])
  }

  private static let settle: StatementModel = { tables, values, frame in
    // All are locked before the first one changes, so that a statement that waits can begin anew.
    let ended = try Ended.read(values).compactMap { one in
      try held(&tables, one.holder, frame).map { (one, $0) }
    }
    var rows: [[SQLValue]] = []
    for (one, held) in ended {
      var row = held
      try row.end(one, at: try values.instant(1))
      try tables.jobs.update(one.holder.id, for: frame) { $0 = row }
      rows.append([.int(one.holder.account), .int(one.holder.id), .text(row.state.rawValue)])
    }
    return Reply(rows)
  }

  private static func change(
    _ tables: inout Tables, _ values: [SQLValue], _ frame: Frame,
    _ change: (inout JobRow) throws -> Void
  ) throws -> Reply {
    let holder = Holder(
      account: try values.int(1), id: try values.int(2), token: try values.int(3),
      owner: try values.text(4))
    guard var row = try held(&tables, holder, frame) else { return .nothing }
    try change(&row)
    // By this observers see that the holder lives.
    row.leaseUntil = row.leaseUntil.map { $0 + .microseconds(1) }
    try tables.jobs.update(holder.id, for: frame) { $0 = row }
    return .one
  }

  private static let progress: StatementModel = { tables, values, frame in
    try change(&tables, values, frame) { row in
      (row.phase, row.message) = (try values.text(5), try values.text(7))
      row.percentage = max(row.percentage, try values.int(6))
      (row.current, row.total) = (try values.int(8), try values.int(9))
      row.items = try values.optionalText(10) ?? row.items
    }
  }

  private static let checkpoint: StatementModel = { tables, values, frame in
    try change(&tables, values, frame) { row in
      (row.checkpoint, row.takeovers) = (try values.text(5), 0)
    }
  }

  private static let fence: StatementModel = { tables, values, frame in
    try change(&tables, values, frame) { _ in }
  }
}

/// Who says to hold which job.
private struct Holder {
  let account: Int64
  let id: Int64
  let token: Int64
  let owner: String
}

/// One line of `jobs.hold.settle`.
private struct Ended {
  let holder: Holder
  let state: JobState
  let failures: Int64
  let due: Int64
  let result: String
  let error: String
  let code: String

  static func read(_ values: [SQLValue]) throws -> [Ended] {
    let owner = try values.text(2)
    let (accounts, ids, tokens) = (try values.ints(3), try values.ints(4), try values.ints(5))
    let (states, failures, due) = (try values.texts(6), try values.ints(7), try values.ints(8))
    let (results, errors, codes) = (
      try values.texts(9), try values.texts(10), try values.texts(11)
    )
    return ids.indices.map { index in
      Ended(
        holder: Holder(
          account: accounts[index], id: ids[index], token: tokens[index], owner: owner),
        state: JobState(rawValue: states[index]) ?? .failed, failures: failures[index],
        due: due[index], result: results[index], error: errors[index], code: codes[index])
    }
  }
}

extension JobRow {
  fileprivate func isHeld(by holder: Holder, _ sabotage: Sabotage?) -> Bool {
    if sabotage == .brokenFence { return state == .running }
    return token == holder.token && leaseOwner == holder.owner && state == .running
  }

  fileprivate mutating func end(_ ended: Ended, at now: Instant) throws {
    let isWoken = ended.state == .waiting && isWakeRequested
    var due = ended.due == 0 ? nil : Instant(microseconds: ended.due)
    if isWoken { due = now }
    state = isWoken ? .queued : ended.state
    if isCancelRequested, ended.state != .succeeded { state = .cancelled }
    failures = ended.failures
    runAt = state == .queued || state == .waiting ? due : nil
    isDue = state == .queued && due.map { $0 <= now } ?? false
    if !ended.result.isEmpty { result = ended.result }
    if !ended.error.isEmpty { (error, errorCode) = (ended.error, ended.code) }
    if state == .succeeded { (phase, percentage) = ("DONE", 100) }
    (leaseOwner, leaseUntil) = (nil, nil)
    finishedAt = state == .queued || state == .waiting ? nil : now
  }
}
