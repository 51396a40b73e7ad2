import Foundation
import Glibc

/// Kills one of some services every now and then, by a seeded choice; Postgres and Redis once each.
actor Gunman {
  private(set) var kills = 0
  /// The names of all that was hit.
  private(set) var hit: Set<String> = []
  private let system: RunningSystem
  private let services: [String]
  private let storesAfter: Int
  private var state: UInt64

  /// - Parameters:
  ///   - services: those that are killed; one that stands there twice is hit twice as often.
  ///   - storesAfter: how many kills come before Postgres', and as many again before Redis'.
  init(
    system: RunningSystem, services: [String] = RunningSystem.services, storesAfter: Int = 8,
    seed: UInt64 = Gunman.seed
  ) {
    (self.system, self.services, self.storesAfter) = (system, services, storesAfter)
    state = seed
    print("seed \(seed)")
  }

  /// The one asked for, or another for every process.
  static let seed =
    ProcessInfo.processInfo.environment["IGNY8_TEST_SEED"].flatMap { UInt64($0) }
    ?? UInt64(ProcessInfo.processInfo.processIdentifier)

  func shoot() async {
    while !Task.isCancelled {
      // However slow the machine is, something gets done between two shots.
      await system.settle()
      try? await Task.sleep(for: .milliseconds(200 + Int(next() % 1_200)))
      if Task.isCancelled { return }
      if kills >= storesAfter, !hit.contains("postgres") {
        fire(at: system.pid(ofStore: "postgres"), "postgres", SIGINT)
      }
      if kills >= 2 * storesAfter, !hit.contains("redis") {
        fire(at: system.pid(ofStore: "redis"), "redis", SIGKILL)
      }
      let service = services[Int(next() % UInt64(services.count))]
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
