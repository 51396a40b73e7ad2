import Foundation

// `bench-rpc [name=program…]` measures the RPC's server against a bare epoll loop with protobuf-c
// that speaks the same wire format, and against the gRPC servers named: one connection each, the
// same message of 200 bytes, answers of 600 bytes and of 1 MiB, so many calls in flight. The load
// is this process; each server is one of its own, and the CPU is that process's.

if CommandLine.arguments.dropFirst().first == "serve" {
  BenchServer.run()
} else {
  try Comparison(gRPC: Array(CommandLine.arguments.dropFirst())).run()
}

/// Runs all servers under the same loads.
struct Comparison {
  private static let settings = ProcessInfo.processInfo.environment
  private let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()
  private let servers: [ServerProcess]
  /// Each server has its turn so many times, one after the other; the best turn is shown, which
  /// other programs have disturbed the least.
  private let rounds = 5
  /// What a server's turn lasts.
  private let seconds = Double(settings["IGNY8_BENCH_SECONDS"] ?? "") ?? 1

  /// - Parameter gRPC: further servers, `name=program`.
  init(gRPC: [String]) throws {
    var servers = [
      try ServerProcess("RPC", .frames, folder.appendingPathComponent("bench-rpc"), ["serve"]),
      try ServerProcess("bare C", .frames, folder.appendingPathComponent("bench-rpc-peer")),
    ]
    for peer in gRPC {
      let parts = peer.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw CocoaError(.fileNoSuchFile) }
      let command = parts[1].split(separator: " ").map(String.init)
      servers.append(
        try ServerProcess(
          parts[0], .http2, URL(fileURLWithPath: command[0]), Array(command.dropFirst())))
    }
    self.servers = servers
  }

  /// `IGNY8_BENCH_LOADS` picks loads: `300x64` for results of 300 bytes, 64 calls in flight.
  func run() {
    let asked = Self.settings["IGNY8_BENCH_LOADS"] ?? "300x1,300x16,300x64,1048576x1,1048576x8"
    for load in asked.split(separator: ",") {
      let numbers = load.split(separator: "x").compactMap { Int($0) }
      guard numbers.count == 2 else { continue }
      compare(Question(resultBytes: Int64(numbers[0])), numbers[1])
    }
  }

  private func compare(_ question: Question, _ inFlight: Int) {
    let bytes = question.answerBytes
    print("answers of \(bytes) bytes, \(inFlight) in flight")
    print("  server       |  calls/s |   MB/s | p50 µs | p99 µs | server CPU µs/call | to RPC's")
    var measures = servers.map { _ in [Measure]() }
    var loads = servers.map { $0.load(question) }
    for _ in 0..<rounds {
      for index in servers.indices {
        measures[index].append(loads[index].run(inFlight: inFlight, seconds: seconds))
      }
    }
    for load in loads { load.close() }
    let best = measures.map(Measure.init(bestOf:))
    for (server, measure) in zip(servers, best) {
      show(server.name, measure, bytes, share: measure.cpuPerCall / best[0].cpuPerCall)
    }
    let (own, bare) = (best[0], best[1])
    print(
      String(
        format: "  RPC to bare C: %.2f of the CPU a call, %.0f %% of the MB/s",
        own.cpuPerCall / bare.cpuPerCall, 100 * own.callsPerSecond / bare.callsPerSecond))
    fflush(nil)
  }

  private func show(_ name: String, _ measure: Measure, _ bytes: Int, share: Double) {
    print(
      "  " + name.padding(toLength: 12, withPad: " ", startingAt: 0)
        + String(
          format: " | %8.0f | %6.0f | %6.0f | %6.0f | %18.2f | %7.2f", measure.callsPerSecond,
          measure.callsPerSecond * Double(bytes) / 1e6, measure.p50, measure.p99,
          measure.cpuPerCall, share))
  }
}
