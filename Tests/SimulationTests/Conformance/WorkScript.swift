import Kernel
import Postgres

@testable import Events
@testable import Jobs
@testable import SimulationKit

/// Statements of jobs, of the outbox, of keys and of consumed events.
struct WorkScript: Script {
  let draw: Draw

  static func numbers(_ tables: Tables) -> [String: Int64] {
    ["jobs": tables.jobs.lastID, "outbox": tables.outbox.lastID]
  }

  private static let longAgo = SQLValue.instant(Instant(microseconds: 0))

  func alone(_ tables: Tables) -> [Call] {
    let account = draw.account()
    switch draw.below(18) {
    case 0...2: return claim(tables)
    case 3: return [Call(ClaimQueries.asWriter), Call(ClaimQueries.leases)]
    case 4: return [takeOver(tables)]
    case 5: return [heartbeat(tables)]
    case 6: return [claimOutbox()]
    case 7: return [clean()]
    case 8: return [Call(QueueQueries.depth), Call(OutboxQueries.backlog)]
    case 9: return [Call(OutboxQueries.nextGeneration)]
    default: return inside(account, tables, onlooker)
    }
  }

  func opening(_ account: Int64, _ tables: Tables) -> [Call] {
    inside(account, tables, onlooker)
  }

  func goesOn(_ account: Int64, _ tables: Tables, _ transaction: TransactionID) -> Bool { true }

  func inside(_ account: Int64, _ tables: Tables, _ eyes: Frame) -> [Call] {
    switch draw.below(18) {
    case 0, 1: [add(account)]
    case 2, 16, 17: [steer(account, tables)]
    case 3, 4: [hold(tables)]
    case 5: settle(tables)
    case 6, 7: [addMessage(account)]
    case 8: [settleMessages(tables)]
    case 9...12: [key(account)]
    case 13: [consumed(account)]
    case 14:
      [
        Call(
          EffectQueries.insert,
          [.int(account), draw.text("key", 9), draw.number(9)]),
        Call(QueueQueries.notify, ["channel", draw.text("what", 3)]),
      ]
    default: [look(account, tables)]
    }
  }

  // MARK: Jobs

  private func claim(_ tables: Tables) -> [Call] {
    let values: [SQLValue] = [
      .instant(draw.now), .instant(draw.soon(5, 20)), draw.text("owner", 2),
      .int(1 + draw.below(6)), .int(1 + draw.below(3)), .texts(["a"] + draw.some(of: ["b", "c"])),
      draw.number(4), draw.number(4), draw.number(4),
    ]
    return [
      Call(ClaimQueries.asLease), Call(ClaimQueries.byIndex), Call(ClaimQueries.enter),
      Call(ClaimQueries.promote, [.instant(draw.now)]), Call(ClaimQueries.claim, values),
      Call(ClaimQueries.nextDue),
    ]
  }

  private func add(_ account: Int64) -> Call {
    let statement = draw.one(of: [QueueQueries.add, QueueQueries.addKeyed])
    let key = statement == QueueQueries.add ? SQLValue.null : draw.text("key", 40)
    return Call(
      statement,
      [
        .int(account), .text(draw.one(of: ["a", "b", "c"])), draw.json(), key, draw.number(3),
        .instant(draw.soon()), .int(1 + draw.below(3)), .instant(draw.now),
      ])
  }

  /// Some jobs, and wrong ones now and then.
  private func jobs(_ tables: Tables, running: Bool) -> [(id: Int64, row: JobRow)] {
    let all = tables.jobs.allRows(for: onlooker).filter {
      draw.onceIn(9) || ($0.row.state == .running) == running
    }
    return Array(draw.some(of: Array(all.suffix(8))).prefix(3))
  }

  private func account(of row: JobRow) -> Int64 { draw.onceIn(12) ? draw.account() : row.account }
  private func token(of row: JobRow) -> Int64 { row.token - (draw.onceIn(12) ? 1 : 0) }
  private func owner(of row: JobRow?) -> SQLValue {
    row?.leaseOwner.map { .text($0) } ?? draw.text("owner", 2)
  }

  private func steer(_ account: Int64, _ tables: Tables) -> Call {
    let job = jobs(tables, running: draw.onceIn(2)).first
    let statement = draw.one(of: [QueueQueries.cancel, QueueQueries.wake, QueueQueries.retry])
    return Call(
      statement,
      [
        .int(job.map { self.account(of: $0.row) } ?? account), .int(job?.id ?? 0),
        .instant(draw.now),
      ])
  }

  private func takeOver(_ tables: Tables) -> Call {
    let jobs = jobs(tables, running: true)
    return Call(
      ClaimQueries.takeOver,
      [
        .instant(draw.now), draw.number(3), .ints(jobs.map { account(of: $0.row) }),
        .ints(jobs.map(\.id)), .ints(jobs.map { token(of: $0.row) }),
        .ints(jobs.map { $0.row.leaseUntil?.microseconds ?? 0 }),
      ])
  }

  private func heartbeat(_ tables: Tables) -> Call {
    let jobs = jobs(tables, running: true)
    let numbers = jobs.map { _ in Int64(draw.below(101)) }
    return Call(
      HoldQueries.heartbeat,
      [
        .instant(draw.soon(5, 20)), owner(of: jobs.first?.row),
        .ints(jobs.map { account(of: $0.row) }), .ints(jobs.map(\.id)),
        .ints(jobs.map { token(of: $0.row) }), .texts(jobs.map { _ in "AI_CALL" }),
        .ints(numbers), .texts(jobs.map { _ in "message" }), .ints(numbers), .ints(numbers),
      ])
  }

  private func settle(_ tables: Tables) -> [Call] {
    let jobs = jobs(tables, running: true).sorted {
      ($0.row.account, $0.id) < ($1.row.account, $1.id)
    }
    let states = jobs.map { _ in
      draw.one(of: ["succeeded", "failed", "queued", "waiting", "cancelled"])
    }
    let due = states.map { ["queued", "waiting"].contains($0) ? draw.soon().microseconds : 0 }
    let errors = jobs.map { _ in draw.one(of: ["", "it broke"]) }
    let keys: [SQLValue] = [
      owner(of: jobs.first?.row), .ints(jobs.map { account(of: $0.row) }), .ints(jobs.map(\.id)),
      .ints(jobs.map { token(of: $0.row) }),
    ]
    let ends: [SQLValue] = [
      .texts(states), .ints(jobs.map { $0.row.failures + 1 }), .ints(due),
      .texts(jobs.map { _ in draw.one(of: ["", "{\"r\": 1}"]) }), .texts(errors),
      .texts(errors.map { $0.isEmpty ? "" : "internal" }),
    ]
    return [
      Call(HoldQueries.lock, keys), Call(HoldQueries.settle, [.instant(draw.now)] + keys + ends),
    ]
  }

  private func hold(_ tables: Tables) -> Call {
    let job = jobs(tables, running: true).first
    let place: [SQLValue] = [
      .int(job.map { account(of: $0.row) } ?? 1), .int(job?.id ?? 0),
      .int(job.map { token(of: $0.row) } ?? 0), owner(of: job?.row),
    ]
    switch draw.below(3) {
    case 0: return Call(HoldQueries.fence, place)
    case 1: return Call(HoldQueries.checkpoint, place + [draw.json()])
    default:
      return Call(
        HoldQueries.progress,
        place + [
          "PARSE", draw.number(101), draw.text("step", 9), draw.number(9), draw.number(9),
          draw.maybe(draw.json()),
        ])
    }
  }

  // MARK: Outbox

  /// Calls alone: the model keeps events without looking at them again.
  private func addMessage(_ account: Int64) -> Call {
    Call(
      OutboxQueries.add,
      [
        .int(account), "call", draw.text("kind", 2), draw.maybe(draw.text("key", 20)),
        draw.json(),
      ])
  }

  private func claimOutbox() -> Call {
    Call(
      OutboxQueries.claim,
      [
        .instant(draw.now), .instant(draw.soon(1, 9)), "call", .int(1 + draw.below(4)),
        draw.maybe(.texts(draw.some(of: ["kind0", "kind1"]))),
      ])
  }

  private func settleMessages(_ tables: Tables) -> Call {
    let rows = Array(draw.some(of: Array(tables.outbox.rows(for: onlooker).suffix(6))).prefix(3))
    let accounts = rows.map { draw.onceIn(12) ? draw.account() : $0.row.account }
    let attempts = rows.map { $0.row.attempts - (draw.onceIn(8) ? 1 : 0) }
    let arrays: [SQLValue] = [.ints(accounts), .ints(rows.map(\.id)), .ints(attempts)]
    switch draw.below(3) {
    case 0: return Call(OutboxQueries.done, [.instant(draw.now), .null] + arrays)
    case 1: return Call(OutboxQueries.postpone, [.instant(draw.soon()), "later"] + arrays)
    default:
      return Call(
        OutboxQueries.park,
        [
          .instant(draw.now), "refused", .int(accounts.first ?? 1), .int(rows.first?.id ?? 0),
          .int(attempts.first ?? 0),
        ])
    }
  }

  // MARK: Keys and consumed events

  private func key(_ account: Int64) -> Call {
    let key: [SQLValue] = [.int(account), draw.text("method", 2), draw.text("key", 30)]
    switch draw.below(4) {
    case 0: return Call(IdempotencyQueries.take, key + [draw.number(9)])
    case 1: return Call(IdempotencyQueries.store, key + [draw.number(9), draw.bytes()])
    default: return Call(IdempotencyQueries.find, key)
    }
  }

  private func consumed(_ account: Int64) -> Call {
    let event: [SQLValue] = [.int(account), draw.text("consumer", 2), draw.text("event", 30)]
    return draw.onceIn(2)
      ? Call(ConsumedQueries.record, event)
      : Call(ConsumedQueries.refuse, event + ["unknown", "kind", draw.text("key", 9), draw.json()])
  }

  // MARK: Looking

  private func look(_ account: Int64, _ tables: Tables) -> Call {
    let job = jobs(tables, running: draw.onceIn(2)).first
    return draw.onceIn(2)
      ? Call(QueueQueries.findKey, [.int(account), draw.text("key", 40)])
      : Call(QueueQueries.get, [.int(job?.row.account ?? account), .int(job?.id ?? 0)])
  }

  /// Of what is as old as nothing gets in a simulation.
  private func clean() -> Call {
    let statement = draw.one(of: [
      QueueQueries.cleanJobs, QueueQueries.cleanEvents, OutboxQueries.clean,
      IdempotencyQueries.clean, ConsumedQueries.clean, OutboxQueries.resend,
    ])
    if statement == OutboxQueries.resend { return Call(statement, [.instant(draw.now), 0, 10]) }
    return Call(statement, [Self.longAgo, 10])
  }
}
