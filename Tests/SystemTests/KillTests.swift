import Foundation
import Glibc
import JSON
import Testing

/// The main job with real processes, while they are killed at random points.
@Suite("a run under fire", .serialized, .timeLimit(.minutes(15)))
struct KillTests {
  private static let leastKills = 25

  @Test("kills of any service, a restart of Postgres and a flush of Redis lose and double nothing")
  func kills() async throws {
    let system = try RunningSystem.start()
    defer { system.stop() }
    let seed =
      ProcessInfo.processInfo.environment["IGNY8_TEST_SEED"].flatMap { UInt64($0) }
      ?? UInt64(ProcessInfo.processInfo.processIdentifier)
    print("seed \(seed)")
    let gunman = Gunman(system: system, seed: seed)
    let shooting = Task { await gunman.shoot() }
    defer { shooting.cancel() }
    var customers: [Customer] = []
    repeat {
      let customer = try await Customer.make(on: system, keywords: 40)
      let run = try await customer.startRun()
      let ended = try #require(
        try await customer.finish(run, patience: .seconds(300)),
        "the run has not ended\n\(system.logs())")
      #expect(ended["status"]?.string == "completed", "\(ended.text)\n\(system.logs())")
      customers.append(customer)
    } while await gunman.kills < Self.leastKills && customers.count < 12
    shooting.cancel()
    await shooting.value
    let kills = await gunman.kills
    #expect(kills >= Self.leastKills)
    #expect(await gunman.hit.isSuperset(of: ["postgres", "redis"]))
    for customer in customers { try await Audit(customer: customer).check() }
  }
}

/// Kills one of the services every now and then, by a seeded choice; Postgres and Redis once each.
private actor Gunman {
  private(set) var kills = 0
  /// The names of all that was hit.
  private(set) var hit: Set<String> = []
  private let system: RunningSystem
  private var state: UInt64

  init(system: RunningSystem, seed: UInt64) {
    self.system = system
    state = seed
  }

  func shoot() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(400 + Int(next() % 1_200)))
      if Task.isCancelled { return }
      if kills >= 8, !hit.contains("postgres") {
        fire(at: system.pid(ofStore: "postgres"), "postgres", SIGINT)
      }
      if kills >= 16, !hit.contains("redis") {
        fire(at: system.pid(ofStore: "redis"), "redis", SIGKILL)
      }
      let service = RunningSystem.services[Int(next() % UInt64(RunningSystem.services.count))]
      fire(at: system.pid(of: service), service, SIGKILL)
    }
  }

  private func fire(at pid: Int32?, _ name: String, _ signal: Int32) {
    guard let pid, kill(pid, signal) == 0 else { return }
    kills += 1
    hit.insert(name)
    print("\(kills): \(name)")
  }

  /// SplitMix64.
  private func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
