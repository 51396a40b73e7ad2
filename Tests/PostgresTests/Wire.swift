import Kernel
import Postgres
import TestKit

/// A world whose pool reaches the server through a proxy that can break what passes.
struct Wire {
  let world: TestDatabase
  let proxy: ChaosProxy
  let database: Database

  init(
    sessions: Int = 1, _ configure: (inout DatabaseSettings) -> Void = { _ in }
  ) async throws {
    world = try await Demo.world(sessions: 1)
    proxy = try ChaosProxy(to: world.cluster.place.port)
    var settings = try world.cluster.settings(
      database: world.name, role: "igny8_demo", schema: "demo", through: proxy.port)
    settings.maxSessions = sessions
    configure(&settings)
    database = Database(settings: settings, time: RealTime(), log: quietLog)
  }

  /// Breaks the connection after so many bytes of the next piece in one direction, once.
  func cutNext(_ direction: ChaosProxy.Direction, after count: Int) {
    let proxy = proxy
    proxy.judge { passing, _ in
      guard passing == direction else { return .pass }
      proxy.heal()
      return .reset(after: count)
    }
  }

  func stop() async {
    proxy.heal()
    await database.close()
    proxy.stop()
  }
}

/// Keeps statements, transactions and their bookkeeping honest under faults: what a caller was told
/// must be what the table says.
actor Ledger {
  private(set) var done: Set<Int64> = []
  private(set) var undone: Set<Int64> = []
  private(set) var inDoubt: Set<Int64> = []
  private(set) var surprises: [String] = []
  private var last: Int64 = 0

  func next() -> Int64 {
    last += 1
    return last
  }

  func note(_ id: Int64, _ error: PostgresError?) {
    switch error?.kind {
    case nil: done.insert(id)
    case .outcomeUnknown: inDoubt.insert(id)
    case .unavailable, .exhausted: undone.insert(id)
    case .timedOut, .closed, .server, .value: surprises.append("\(id): \(error?.description ?? "")")
    }
  }

  /// What was told and is not so.
  func lies(_ present: Set<Int64>) -> [String] {
    surprises + done.subtracting(present).sorted().map { "\($0) was done and is gone" }
      + undone.intersection(present).sorted().map { "\($0) was undone and is there" }
  }
}
