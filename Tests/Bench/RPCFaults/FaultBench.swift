import Foundation
import Kernel
import NIOCore
import RPC
import TestKit

/// The parts of the bench.
struct FaultBench {
  let rate: Int
  private let time = RealTime()

  /// Runs `body` with three replicas of a service and a client of them.
  private func withReplicas(
    _ body: ([Replica], RPCClient) async throws -> Void
  ) async throws {
    var replicas: [Replica] = []
    defer { for replica in replicas { replica.kill() } }
    for _ in 0..<3 { replicas.append(try Replica()) }
    try await body(
      replicas, try Faults.client(of: replicas.map(\.port), on: RPCLoops(threads: 1)))
  }

  /// Restarts one replica after the other; true when no call failed, repeatable or not.
  func restarts(_ count: Int) async throws -> Bool {
    var isGood = true
    try await withReplicas { replicas, client in
      let load = Load(client, [Faults.answer, Faults.act], rate: rate)
      load.start()
      for number in 0..<count {
        let replica = replicas[number % replicas.count]
        replica.drain()
        try replica.start()
        try await time.sleep(for: .milliseconds(200))
      }
      let tally = await load.stop()
      show("\(count) rolling restarts", tally, client)
      isGood = tally.failed.isEmpty
    }
    return isGood
  }

  /// Kills one replica after the other; true when no repeatable call failed.
  func kills(_ count: Int) async throws -> Bool {
    var isGood = true
    try await withReplicas { replicas, client in
      let load = Load(client, [Faults.answer, Faults.act], rate: rate)
      load.start()
      for number in 0..<count {
        let replica = replicas[number % replicas.count]
        replica.kill()
        try await time.sleep(for: .milliseconds(300))
        try replica.start()
        try await time.sleep(for: .milliseconds(1_200))
      }
      let tally = await load.stop()
      show("\(count) kills", tally, client)
      isGood = tally.failed.keys.allSatisfy { $0.hasPrefix(Faults.act.name) }
    }
    return isGood
  }

  /// All replicas are gone for a while.
  func outage(seconds: Int) async throws {
    try await withReplicas { replicas, client in
      let load = Load(client, [Faults.answer], rate: rate, timeout: .seconds(2))
      load.start()
      try await time.sleep(for: .seconds(2))
      for replica in replicas { replica.kill() }
      let before = client.figures
      try await time.sleep(for: .seconds(seconds))
      let after = client.figures
      try replicas[0].start()
      let back = time.monotonic()
      for replica in replicas.dropFirst() { try replica.start() }
      try await time.sleep(for: .seconds(5))
      let tally = await load.stop()
      let (calls, retries) = (after.calls - before.calls, after.retries - before.retries)
      let attempts = Double(calls + retries) / Double(calls)
      print("outage of \(seconds) s: \(calls) calls, \(retries) retries,", terminator: " ")
      print(
        "\(after.dials - before.dials) dials;", String(format: "%.3f attempts a call", attempts))
      let recovery = max(.zero, tally.lastFailure - back)
      print("  the last failed call \(recovery.milliseconds) ms after the first replica was back")
    }
  }

  /// From the cancellation of a call to the end of the handler five processes further.
  func cancellation(rounds: Int) async throws {
    var chain: [Replica] = []
    for _ in 0..<5 { chain.append(try Replica(next: chain.last?.port ?? 0)) }
    defer { for replica in chain { replica.kill() } }
    let client = try Faults.client(of: [chain[4].port], on: RPCLoops(threads: 1))
    var times: [Duration] = []
    for _ in 0..<rounds {
      let task = Task { try await client.call(Faults.wait, ByteBuffer(), Faults.call()) }
      guard try chain[0].line() == "entered" else { return print("the fifth hop says nothing") }
      let start = time.monotonic()
      task.cancel()
      times.append(.microseconds(Int64(try chain[0].line()) ?? 0) - start)
      _ = try? await task.value
    }
    print("cancellation over five hops: \(Self.spread(times))")
  }

  private func show(_ what: String, _ tally: Load.Tally, _ client: RPCClient) {
    let failed = tally.calls - tally.answered
    print("\(what) at \(rate) calls/s: \(tally.calls) calls, \(failed) failed,", terminator: " ")
    print("\(client.figures.retries) retries; \(Self.spread(tally.times))")
    for (failure, count) in tally.failed.sorted(by: { $0.value > $1.value }).prefix(5) {
      print("  \(count) × \(failure)")
    }
  }

  private static func spread(_ times: [Duration]) -> String {
    let sorted = times.sorted()
    guard let last = sorted.last else { return "none" }
    let (half, most) = (sorted[sorted.count / 2], sorted[sorted.count * 99 / 100])
    return String(
      format: "p50 %.2f ms, p99 %.2f ms, slowest %.2f ms",
      Double(half.microseconds) / 1e3, Double(most.microseconds) / 1e3,
      Double(last.microseconds) / 1e3)
  }
}
