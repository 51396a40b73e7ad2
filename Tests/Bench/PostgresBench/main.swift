// bench-postgres [seconds]: select by key, this room against pgbench on the same server, in the
// same run, one after the other. CPU is the client's own, per request.
import Foundation
import Kernel
import Postgres
import TestKit

let rowCount = 100_000
let sql = "SELECT id, account_id, name FROM items WHERE id = $1"
let seconds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 3 : 3

struct Figure {
  var perSecond: Double
  var cpuMicroseconds: Double
}

/// User and system time of this process, or of its children that have ended.
func cpuSeconds(children: Bool) -> Double {
  var usage = rusage()
  let whose = children ? RUSAGE_CHILDREN : RUSAGE_SELF
  getrusage(__rusage_who_t(whose.rawValue), &usage)
  func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
  }
  return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

func measure(_ work: () async throws -> Int) async throws -> Figure {
  let clock = ContinuousClock()
  let (start, cpu) = (clock.now, cpuSeconds(children: false))
  let count = Double(try await work())
  let took = (clock.now - start).inSeconds
  let spent = cpuSeconds(children: false) - cpu
  return Figure(perSecond: count / took, cpuMicroseconds: spent / count * 1_000_000)
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

/// As many transactions as take about the time asked for: its own timer needs a signal that a child
/// of this process does not get.
func pgbench(_ world: TestDatabase, clients: Int, script: String) async throws -> Figure {
  let file = NSTemporaryDirectory() + "/igny8-bench-\(getpid()).sql"
  try script.write(toFile: file, atomically: true, encoding: .utf8)
  defer { try? FileManager.default.removeItem(atPath: file) }
  let trial = try await pgbench(world, clients: clients, each: 1_000 / clients + 20, file)
  let each = Int(trial.perSecond) * seconds / clients + 1
  return try await pgbench(world, clients: clients, each: each, file)
}

func pgbench(
  _ world: TestDatabase, clients: Int, each: Int, _ file: String
) async throws -> Figure {
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [
    "pgbench", "-n", "-M", "prepared", "-c", "\(clients)", "-j", "1", "-t", "\(each)", "-f", file,
    "\(world.settings.description) options='-c search_path=bench'",
  ]
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  let cpu = cpuSeconds(children: true)
  try process.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  let spent = cpuSeconds(children: true) - cpu
  let line = text.split(separator: "\n").first { $0.hasPrefix("tps = ") }
  let rate = line.flatMap { Double($0.split(separator: " ")[2]) } ?? 0
  return Figure(perSecond: rate, cpuMicroseconds: spent / Double(each * clients) * 1_000_000)
}

/// At once, also into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

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
  let pick = "\\set id random(1, \(rowCount))\n"
  let plain = pick + "SELECT id, account_id, name FROM items WHERE id = :id;\n"
  let scoped =
    pick + "BEGIN;\nSELECT set_config('app.account_id', '1', true);\n"
    + "SELECT id, account_id, name FROM items WHERE id = :id;\nCOMMIT;\n"
  say("select by key, \(seconds) s each; ratios are to pgbench with as many clients")
  for workers in [1, 16, 64] {
    let base = try await pgbench(world, clients: workers, script: plain)
    show("pgbench, \(workers) clients", base, against: base)
    for sessions in Set([workers, min(workers, 8)]).sorted() {
      let figure = try await ours(world, workers: workers, sessions: sessions, in: .none)
      show("\(workers) in flight on \(sessions) sessions", figure, against: base)
    }
    let four = try await pgbench(world, clients: workers, script: scoped)
    show("pgbench, \(workers) clients, in an account", four, against: four)
    let scope = Scope.account(AccountID(1))
    let figure = try await ours(
      world, workers: workers, sessions: min(workers, 8), in: scope)
    show("\(workers) in flight, in an account", figure, against: four)
  }
}

try await bench()
