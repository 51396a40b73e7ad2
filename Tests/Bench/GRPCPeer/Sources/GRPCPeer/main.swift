// bench-grpc-peer [seconds [in flight…]]: grpc-swift-2 under the load of `bench-rpc`: one
// connection, one server thread, requests of 200 bytes, answers of 600, so many calls in flight.
// The CPU is the server's, which is a process of its own.
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOPosix

if CommandLine.arguments.dropFirst().first == "serve" {
  try await serve()
} else {
  let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
  let inFlight = numbers.count > 1 ? Array(numbers.dropFirst()) : [1, 16, 64, 256]
  try await compare(seconds: numbers.first ?? 3, inFlight: inFlight)
}

/// Prints the port, then serves until the process is ended.
func serve() async throws {
  let server = GRPCServer(
    transport: .http2NIOPosix(
      address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext,
      eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: 1)),
    services: [BenchService()])
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await server.serve() }
    if let port = try await server.listeningAddress?.ipv4?.port { print(port) }
    fflush(nil)
    try await group.waitForAll()
  }
}

func compare(seconds: Int, inFlight: [Int]) async throws {
  let server = Process()
  let output = Pipe()
  server.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
  server.arguments = ["serve"]
  server.standardOutput = output
  try server.run()
  defer { server.terminate() }
  let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
  guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
    throw CocoaError(.fileReadUnknown)
  }
  try await withGRPCClient(
    transport: .http2NIOPosix(
      target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext)
  ) { client in
    for count in inFlight {
      _ = try await load(client, inFlight: count, seconds: 0.5)
      let cpu = processorTime(of: server.processIdentifier)
      let start = ContinuousClock().now
      let times = try await load(client, inFlight: count, seconds: Double(seconds)).sorted()
      let took = elapsed(since: start)
      let used = processorTime(of: server.processIdentifier) - cpu
      print(
        String(
          format: "%9d | grpc-swift-2 | %8.0f | %6.0f | %6.0f | %6.2f", count,
          Double(times.count) / took, times[times.count / 2] * 1e6,
          times[times.count * 99 / 100] * 1e6, used / Double(times.count) * 1e6))
      fflush(nil)
    }
  }
}

/// - Returns: the time of each call, seconds.
func load<Transport: ClientTransport>(
  _ client: GRPCClient<Transport>, inFlight: Int, seconds limit: Double
) async throws -> [Double] {
  try await withThrowingTaskGroup(of: [Double].self) { group in
    let start = ContinuousClock().now
    for _ in 0..<inFlight {
      group.addTask {
        var times: [Double] = []
        while elapsed(since: start) < limit {
          let begin = ContinuousClock().now
          let count = try await client.unary(
            request: ClientRequest(message: BenchService.request),
            descriptor: BenchService.method, serializer: RawBytes(), deserializer: RawBytes(),
            options: .defaults
          ) { try $0.message.count }
          guard count == BenchService.answer.count else { throw CocoaError(.fileReadUnknown) }
          times.append(elapsed(since: begin))
        }
        return times
      }
    }
    return try await group.reduce(into: []) { $0 += $1 }
  }
}

func elapsed(since start: ContinuousClock.Instant) -> Double {
  let (seconds, attoseconds) = (ContinuousClock().now - start).components
  return Double(seconds) + Double(attoseconds) / 1e18
}

/// Seconds that a process has used, all threads.
func processorTime(of process: Int32) -> Double {
  var usage = timespec()
  var clock = clockid_t()
  guard clock_getcpuclockid(process, &clock) == 0 else { return 0 }
  clock_gettime(clock, &usage)
  return Double(usage.tv_sec) + Double(usage.tv_nsec) / 1e9
}
