import Kernel
import Postgres

/// The statements of Shared/Events, and those of the simulated work.
enum OutboxModel {
  static let statements: [String: StatementModel] = [
    "events.outbox.add": add,
    "events.outbox.claim": claim,
    "events.outbox.done": done,
    "events.outbox.postpone": postpone,
    "events.outbox.park": park,
    "events.outbox.resend": resend,
    "events.outbox.next_generation": { tables, _, _ in
      tables.generation += 1
      return Reply([[.int(tables.generation)]])
    },
    "events.outbox.backlog": backlog,
    // Nothing gets so old in a simulation that it would be removed.
    "events.outbox.clean": { _, _, _ in .nothing },
    "events.idempotency.take": take,
    "events.idempotency.find": find,
    "events.idempotency.store": store,
    "events.idempotency.clean": { _, _, _ in .nothing },
    "events.consumed.record": record,
    "events.consumed.refuse": refuse,
    "events.consumed.clean": { _, _, _ in .nothing },
    "simulation.effect.insert": effect,
  ]

  // MARK: Outbox

  private static let add: StatementModel = { tables, values, frame in
    let account = try values.int(1)
    try frame.check(account, "outbox")
    var row = OutboxRow(
      account: account, route: try values.text(2), kind: try values.text(3),
      key: try values.optionalText(4), payload: try values.text(5), createdAt: frame.now)
    if tables.sabotage == .lostOutboxRow, row.route == "call" {
      tables.sabotaged += 1
      if tables.sabotaged.isMultiple(of: 50) { row.doneAt = frame.now }
    }
    let id = try tables.outbox.insert(row, for: frame)
    return Reply(affected: id == nil ? 0 : 1)
  }

  private static let claim: StatementModel = { tables, values, frame in
    let (now, until, route) = (
      try values.instant(1), try values.instant(2), try values.text(3)
    )
    let kinds = values[4] == .null ? nil : try values.texts(5)
    let due = tables.outbox.rows(for: frame).filter { id, row in
      row.route == route && row.nextAt.map { $0 <= now } ?? true
        && kinds.map { $0.contains(row.kind) } ?? true
        && !tables.outbox.isLocked(id, against: frame.transaction)
    }
    let first = due.sorted { left, right in
      let times = (left.row.nextAt?.microseconds ?? .min, right.row.nextAt?.microseconds ?? .min)
      return times.0 != times.1 ? times.0 < times.1 : left.id < right.id
    }
    return Reply(
      try first.prefix(Int(try values.int(4))).map { id, row in
        try tables.outbox.update(id, for: frame) { row in
          row.nextAt = until
          row.attempts += 1
        }
        return [
          .int(row.account), .int(id), .text(row.kind), .text(row.key), .json(row.payload),
          .instant(row.createdAt), .int(row.attempts + 1),
        ]
      })
  }

  /// Changes the rows whose latest delivery is the one named, unless they are done.
  private static func settle(
    _ tables: inout Tables, _ values: [SQLValue], from place: Int, _ frame: Frame,
    _ change: (inout OutboxRow) -> Void
  ) throws -> Reply {
    let (accounts, ids, attempts) = (
      try values.ints(place), try values.ints(place + 1), try values.ints(place + 2)
    )
    // All are locked before the first one changes, so that a statement that waits can begin anew.
    let found = try ids.indices.filter { index in
      func matches(_ row: OutboxRow?) -> Bool {
        row?.account == accounts[index] && row?.attempts == attempts[index] && row?.doneAt == nil
      }
      return matches(tables.outbox.row(ids[index], for: frame))
        ? matches(try tables.outbox.lock(ids[index], for: frame)) : false
    }
    for index in found { try tables.outbox.update(ids[index], for: frame, change) }
    return Reply(affected: found.count)
  }

  private static let done: StatementModel = { tables, values, frame in
    let (now, generation) = (try values.instant(1), try values.optionalInt(2))
    return try settle(&tables, values, from: 3, frame) { row in
      (row.doneAt, row.generation, row.error) = (now, generation, nil)
    }
  }

  private static let postpone: StatementModel = { tables, values, frame in
    let (at, error) = (try values.instant(1), try values.text(2))
    return try settle(&tables, values, from: 3, frame) { ($0.nextAt, $0.error) = (at, error) }
  }

  private static let park: StatementModel = { tables, values, frame in
    let (now, error) = (try values.instant(1), try values.text(2))
    let place: [SQLValue] = [
      .ints([try values.int(3)]), .ints([try values.int(4)]), .ints([try values.int(5)]),
    ]
    return try settle(&tables, place, from: 1, frame) { ($0.parkedAt, $0.error) = (now, error) }
  }

  private static let resend: StatementModel = { _, _, _ in
    // Only rows of earlier generations; the simulated stream has one.
    .nothing
  }

  private static let backlog: StatementModel = { tables, _, frame in
    var counts: [String: Int] = [:]
    for (_, row) in tables.outbox.rows(for: frame) {
      counts[row.route, default: 0] += 1
    }
    return Reply(counts.sorted { $0.key < $1.key }.map { [.text($0.key), .int($0.value)] })
  }

  // MARK: Keys

  private static func name(_ values: [SQLValue]) throws -> String {
    "\(try values.int(1))/\(try values.text(2))/\(try values.text(3))"
  }

  private static let take: StatementModel = { tables, values, frame in
    try frame.check(try values.int(1), "idempotency_keys")
    if tables.sabotage == .forgottenKey { return .one }
    let row = KeyRow(
      account: try values.int(1), method: try values.text(2), key: try values.text(3),
      hash: try values.int(4))
    return Reply(affected: try tables.keys.insert(row, for: frame) == nil ? 0 : 1)
  }

  private static let find: StatementModel = { tables, values, frame in
    if tables.sabotage == .forgottenKey { return .nothing }
    guard let id = tables.keys.find(try name(values), for: frame),
      let row = try tables.keys.lock(id, for: frame)
    else { return .nothing }
    return Reply([[.int(row.hash), .bytes(row.answer)]])
  }

  private static let store: StatementModel = { tables, values, frame in
    let answer = try values.bytes(5)
    try frame.check(try values.int(1), "idempotency_keys")
    if tables.sabotage == .forgottenKey { return .one }
    let row = KeyRow(
      account: try values.int(1), method: try values.text(2), key: try values.text(3),
      hash: try values.int(4), answer: answer)
    if try tables.keys.insert(row, for: frame) != nil { return .one }
    guard let id = tables.keys.find(try name(values), for: frame) else {
      return .nothing
    }
    try tables.keys.update(id, for: frame) { $0.answer = answer }
    return .one
  }

  // MARK: Consumed events and effects

  private static let record: StatementModel = { tables, values, frame in
    try frame.check(try values.int(1), "consumed_events")
    let row = ConsumedRow(
      account: try values.int(1), consumer: try values.text(2), event: try values.text(3))
    let id = try tables.consumed.insert(row, for: frame)
    return Reply(affected: id == nil ? 0 : 1)
  }

  private static let refuse: StatementModel = { tables, values, frame in
    try frame.check(try values.int(1), "consumed_events")
    let row = ConsumedRow(
      account: try values.int(1), consumer: try values.text(2), event: try values.text(3),
      refused: try values.text(4))
    let id = try tables.consumed.insert(row, for: frame)
    return Reply(affected: id == nil ? 0 : 1)
  }

  /// $1 account, $2 key, $3 hold. No key is unique here: that an effect happens once is up to the
  /// product.
  private static let effect: StatementModel = { tables, values, frame in
    try frame.check(try values.int(1), "effects")
    let row = EffectRow(
      account: try values.int(1), key: try values.text(2), hold: try values.int(3))
    _ = try tables.effects.insert(row, for: frame)
    return .one
  }
}
