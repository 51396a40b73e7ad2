// bench-postgres [seconds]: select by key, this room against pgbench on the same server, in the
// same run, one after the other. CPU is the client's own, per request.
import BenchKit
import Foundation
import Kernel
import Postgres
import TestKit

let rowCount = 100_000
let sql = "SELECT id, account_id, name FROM items WHERE id = $1"
let seconds = secondsAsked(otherwise: 3)

typealias Figure = PGBench.Figure

func measure(_ work: () async throws -> Int) async throws -> Figure {
  let clock = ContinuousClock()
  let (start, cpu) = (clock.now, ProcessorTime.own())
  let count = Double(try await work())
  let took = (clock.now - start).inSeconds
  let spent = ProcessorTime.own() - cpu
  return Figure(
    perSecond: count / took, cpuMicroseconds: spent / count * 1_000_000, seconds: took)
}

/// - Returns: how many requests `workers` tasks made.
func load(_ database: Database, workers: Int, in scope: Scope) async throws -> Int {
  let statement = Statement("bench.item", sql)
  let end = ContinuousClock().now + .seconds(seconds)
  return try await withThrowingTaskGroup(of: Int.self) { group in
    for worker in 0..<workers {
      group.addTask {
        let chance = SeededChance(seed: UInt64(worker))
        var count = 0
        while ContinuousClock().now < end {
          let id = chance.below(rowCount) + 1
          let row = try await database.run(statement, [.int(id)], in: scope)[0]
          guard try row.int(0) == Int64(id) else { return 0 }
          count += 1
        }
        return count
      }
    }
    return try await group.reduce(0, +)
  }
}

func ours(
  _ world: TestDatabase, workers: Int, sessions: Int, in scope: Scope
) async throws -> Figure {
  var settings = world.settings
  (settings.minSessions, settings.maxSessions) = (sessions, sessions)
  let database = Database(settings: settings, time: RealTime(), log: quietLog)
  try await withThrowingTaskGroup(of: Void.self) { group in
    for _ in 0..<sessions { group.addTask { try await database.ping() } }
    try await group.waitForAll()
  }
  let figure = try await measure {
    try await load(database, workers: workers, in: scope)
  }
  await database.close()
  return figure
}

func show(_ name: String, _ figure: Figure, against base: Figure) {
  say(
    name.padding(toLength: 44, withPad: " ", startingAt: 0)
      + String(
        format: "%9.0f/s %5.2f   %6.1f µs %5.2f", figure.perSecond,
        figure.perSecond / base.perSecond, figure.cpuMicroseconds,
        figure.cpuMicroseconds / base.cpuMicroseconds))
}

func bench() async throws {
  let table = Migration(
    number: 1, name: "items",
    sql: """
      CREATE TABLE items (id bigint PRIMARY KEY, account_id bigint NOT NULL, name text NOT NULL);
      INSERT INTO items SELECT n, 1, 'item number ' || n FROM generate_series(1, \(rowCount)) n;
      """)
  let world = try await TestDatabase.make(schema: "bench", migrations: [table])
  try await world.administer("VACUUM ANALYZE bench.items")
  let peer = PGBench(world, searchPath: "bench")
  let pick = "\\set id random(1, \(rowCount))\n"
  let plain = pick + "SELECT id, account_id, name FROM items WHERE id = :id;\n"
  let scoped =
    "BEGIN;\nSELECT set_config('app.account_id', '1', true);\n"
    + "SELECT id, account_id, name FROM items WHERE id = :id;\nCOMMIT;\n"
  say("select by key, \(seconds) s each; ratios are to pgbench with as many clients; client's CPU")
  for workers in [1, 16, 64] {
    let base = try peer.run(plain, clients: workers, seconds: seconds)
    show("pgbench, \(workers) clients", base, against: base)
    for sessions in Set([workers, min(workers, 8)]).sorted() {
      let figure = try await ours(world, workers: workers, sessions: sessions, in: .none)
      show("\(workers) in flight on \(sessions) sessions", figure, against: base)
    }
    let four = try peer.run(pick + scoped, clients: workers, seconds: seconds)
    let one = try peer.run(
      pick + "\\startpipeline\n\(scoped)\\endpipeline\n", clients: workers, seconds: seconds)
    show("pgbench, \(workers) clients, in an account", one, against: one)
    show("the same in four round trips", four, against: one)
    let scope = Scope.account(AccountID(1))
    let figure = try await ours(
      world, workers: workers, sessions: min(workers, 8), in: scope)
    show("\(workers) in flight, in an account", figure, against: one)
  }
}

try await bench()
