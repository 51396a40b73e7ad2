import Foundation

// `bench-rpc` measures the RPC's server against a bare epoll loop with protobuf-c that speaks the
// same wire format: one connection, one server thread, requests of 200 bytes, answers of 600.

if CommandLine.arguments.dropFirst().first == "serve" {
  try await BenchServer.run()
} else {
  try Comparison().run()
}

/// Runs both servers under the same load.
struct Comparison {
  private let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
  private var seconds: Double {
    Double(ProcessInfo.processInfo.environment["IGNY8_BENCH_SECONDS"] ?? "") ?? 3
  }

  private var inFlights: [Int] {
    let list = ProcessInfo.processInfo.environment["IGNY8_BENCH_IN_FLIGHT"] ?? "1,16,64,256"
    return list.split(separator: ",").compactMap { Int($0) }
  }

  func run() throws {
    let (ours, oursPort) = try start("bench-rpc", ["serve"])
    let (peer, peerPort) = try start("bench-rpc-peer", [])
    defer {
      ours.terminate()
      peer.terminate()
    }
    var oursLoad = Load(port: oursPort)
    var peerLoad = Load(port: peerPort)
    print("in flight | server |  calls/s | p50 µs | p99 µs | server CPU µs/call")
    for inFlight in inFlights {
      let bare = peerLoad.run(
        inFlight: inFlight, seconds: seconds, server: peer.processIdentifier)
      show(inFlight, "bare C", bare)
      let own = oursLoad.run(
        inFlight: inFlight, seconds: seconds, server: ours.processIdentifier)
      show(inFlight, "RPC   ", own)
      print(
        String(
          format: "%9d | ratio of CPU per call %.2f", inFlight, own.cpuPerCall / bare.cpuPerCall))
    }
  }

  private func show(_ inFlight: Int, _ name: String, _ measure: Measure) {
    print(
      String(
        format: "%9d | \(name) | %8.0f | %6.0f | %6.0f | %6.2f", inFlight,
        measure.callsPerSecond, measure.p50, measure.p99, measure.cpuPerCall))
  }

  /// Starts a server, which prints its port first.
  private func start(_ name: String, _ arguments: [String]) throws -> (Process, Int) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = folder.appendingPathComponent(name)
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw CocoaError(.fileReadUnknown)
    }
    return (process, port)
  }
}
