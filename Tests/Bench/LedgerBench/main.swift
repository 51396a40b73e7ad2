// bench-ledger [seconds]: pairs of authorise and capture, through the service's own handlers, on
// one account and spread over a thousand; beside pgbench with the same statements, sent in the same
// round trips, on the same server in the same run. They take turns in rounds; shown are the middle
// of what each did and of the ratios within a round. First with commits that wait for the disk,
// then with ones that do not. At the end the ledger verifies itself.
import BenchKit
import BillingContract
import BillingService
import Foundation
import Kernel
import NIOCore
import Postgres
import Protobuf
import RPC
import TestKit

struct Failed: Error {
  let what: String
}

/// Calls handlers as the server does once a request is read: bytes in, bytes out.
struct Handlers: Sendable {
  let routes: [UInt32: RPCRoutes.Route]
  let time = RealTime()

  func call<Request, Reply>(
    _ method: Method<Request, Reply>, _ request: Request, account: Int64?
  ) async throws -> Reply {
    guard case .unary(let run)? = routes[method.info.number]?.handler else {
      throw Failed(what: "no method \(method.info.name)")
    }
    let context = CallContext(
      requestID: "bench", actor: .service, account: account.map { AccountID($0) })
    let call = IncomingCall(
      context: context, deadline: Deadline(in: .seconds(30), of: time), time: time)
    let reply = try await run(ByteBuffer(bytes: request.encoded()), call)
    return try Reply(decoding: Array(reply.packed().readableBytesView))
  }
}

struct Bench: Sendable {
  static let accounts = 1_000
  /// pgbench writes to accounts of its own, whose hashes it does not compute.
  static let peerAccounts = 100_000
  static let workers = 16
  static let rounds = 5

  let world: TestDatabase
  let handlers: Handlers
  let audit: LedgerAudit
  /// The process that all others of Postgres come from.
  let server: pid_t
  let seconds: Int

  static func make(seconds: Int) async throws -> Bench {
    TestServer.useDisk()
    let world = try await TestDatabase.make(
      schema: BillingMigrations.schema, migrations: BillingMigrations.all
    ) { settings in
      (settings.minSessions, settings.maxSessions) = (workers, workers)
    }
    try await world.administer("UPDATE billing.plans SET included_credits = 0")
    let service = BillingService(
      settings: BillingSettings(), database: world.database, time: RealTime(), log: quietLog)
    let bench = Bench(
      world: world, handlers: Handlers(routes: service.routes.routes),
      audit: LedgerAudit(database: world.database), server: try await server(of: world),
      seconds: seconds)
    for first in [1, peerAccounts + 1] {
      for account in first..<first + accounts { try await bench.open(Int64(account)) }
    }
    try await world.administer(Peer.numbers)
    try await world.administer("VACUUM ANALYZE")
    return bench
  }

  private static func server(of world: TestDatabase) async throws -> pid_t {
    let asked = Statement("bench.backend", "SELECT pg_backend_pid()")
    let session = try await world.database.run(asked, in: .none)[0].int(0)
    guard let server = ProcessorTime.parent(of: pid_t(session)) else {
      throw Failed(what: "Postgres is no process of this machine")
    }
    return server
  }

  private func open(_ account: Int64) async throws {
    _ = try await handlers.call(
      BillingMethods.openAccount, .init(accountID: account), account: nil)
    _ = try await handlers.call(
      BillingMethods.adjustCredits,
      .init(accountID: account, amount: 100_000_000, reason: "bench"), account: account)
  }

  func run(accounts: Int, run: Int) async throws -> PGBench.Figure {
    let clock = ContinuousClock()
    let (start, cpu) = (clock.now, ProcessorTime.own())
    let serverCPU = ProcessorTime.family(of: server)
    let count = try await withThrowingTaskGroup(of: Int.self) { group in
      for worker in 0..<Self.workers {
        group.addTask {
          let chance = SeededChance(seed: UInt64(worker))
          var done = 0
          while clock.now - start < .seconds(seconds) {
            let account = Int64(chance.below(accounts) + 1)
            try await pair(account, key: "job/\(run)/\(worker)/\(done)")
            done += 1
          }
          return done
        }
      }
      return try await group.reduce(0, +)
    }
    let took = (clock.now - start).inSeconds
    let each = 1_000_000 / Double(count)
    return PGBench.Figure(
      perSecond: Double(count) / took, cpuMicroseconds: (ProcessorTime.own() - cpu) * each,
      seconds: took, serverMicroseconds: (ProcessorTime.family(of: server) - serverCPU) * each)
  }

  private func pair(_ account: Int64, key: String) async throws {
    let hold = try await handlers.call(
      BillingMethods.authorize,
      .init(operation: "reparse", amount: 1, key: key, reference: "job/1"), account: account)
    let usage = Billing.UsageDetails(
      model: "local/draft", tokensInput: 12, tokensOutput: 34, costUsd: 0.25,
      relatedObjectType: "content", relatedObjectID: 77, metadata: "{}")
    let captured = try await handlers.call(
      BillingMethods.capture, .init(holdID: hold.id, usage: usage), account: account)
    guard captured.charged == 1 else { throw Failed(what: "charged \(captured.charged)") }
  }

  func compare(_ name: String, accounts: Int, run: Int) async throws {
    let peer = Peer(world: world, server: server, clients: Self.workers, seconds: seconds)
    let first = Self.peerAccounts + 1
    let theirAccounts = first...first + accounts - 1
    var rounds: [Round] = []
    for number in 0..<Self.rounds {
      // What autovacuum does every minute, and with bad luck in the middle of a turn.
      try await world.administer("VACUUM ANALYZE")
      // Who comes first changes, so that nobody always finds what another left.
      let order = Array(0..<3).map { ($0 + number) % 3 }
      var turns: [Int: PGBench.Figure] = [:]
      for which in order {
        turns[which] =
          switch which {
          case 0: try await self.run(accounts: accounts, run: run * Self.rounds + number)
          case 1: try peer.run(theirAccounts)
          default: try peer.run(theirAccounts, keepsPlans: true)
          }
      }
      if let ours = turns[0], let theirs = turns[1], let kept = turns[2] {
        rounds.append(Round(ours: ours, theirs: theirs, kept: kept))
      }
    }
    say(name)
    show("ours", rounds.map(\.ours), beside: nil)
    show("pgbench", rounds.map(\.theirs), beside: rounds.map(\.ours))
    show("pgbench, kept plans", rounds.map(\.kept), beside: rounds.map(\.ours))
    let slow = try peer.run(theirAccounts, isPipelined: false)
    say("  pgbench, one statement a trip \(slow.perSecond.shown(6)) pairs/s")
  }

  private func show(_ name: String, _ turns: [PGBench.Figure], beside ours: [PGBench.Figure]?) {
    var line =
      "  " + name.padding(toLength: 20, withPad: " ", startingAt: 0)
      + "\(turns.middle(\.perSecond).shown(7)) pairs/s   CPU a pair: client "
      + "\(turns.middle(\.cpuMicroseconds).shown(5)) µs, Postgres "
      + "\(turns.middle(\.serverMicroseconds).shown(5)) µs"
    if let ours {
      let ratios = zip(ours, turns).map { $0.perSecond / $1.perSecond }
      line += "   ours is \(Times(ratios).quantile(0.5).shown(4, 2))"
      line += " (\(ratios.sorted().map { $0.shown(0, 2) }.joined(separator: " ")))"
    }
    say(line)
  }
}

struct Round {
  let ours: PGBench.Figure
  let theirs: PGBench.Figure
  let kept: PGBench.Figure
}

extension [PGBench.Figure] {
  func middle(_ figure: (Element) -> Double) -> Double { Times(map(figure)).quantile(0.5) }
}

let seconds = secondsAsked(otherwise: 3)
let bench = try await Bench.make(seconds: seconds)
say(
  "authorise + capture, \(Bench.workers) workers, \(seconds) s in each of \(Bench.rounds) rounds; "
    + "aim: 0.90")
for (run, durability) in Durability.allCases.enumerated() {
  try await durability.apply(to: bench.world)
  say("fsync, full_page_writes, synchronous_commit \(durability)")
  try await bench.compare("one account", accounts: 1, run: run * 2)
  try await bench.compare("1,000 accounts", accounts: Bench.accounts, run: run * 2 + 1)
}
var faults: Int64 = 0
for account in 1...Int64(Bench.accounts) {
  faults += try await bench.audit.verify(AccountID(account)).faultsCount
}
say("the ledger has \(faults) faults")
