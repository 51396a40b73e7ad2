import Foundation
import Glibc
import Kernel
import Logging
import NIOCore
import RPC
import TestKit

/// What the processes of this bench call each other with.
enum Faults {
  static let key = [UInt8](repeating: 6, count: 32)
  static let answer = method("Answer", .idempotent)
  static let act = method("Act", .unsafe)
  /// Answers once it is cancelled; goes through all replicas of a chain first.
  static let wait = method("Wait", .idempotent)
  static let quiet = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }

  private static func method(_ name: String, _ idempotency: Idempotency) -> MethodInfo {
    MethodInfo(
      service: "igny8.bench.v1.Faults", name: name, idempotency: idempotency,
      timeout: .seconds(10), minimumRole: .anyone)
  }

  static func client(of ports: [Int], on loops: RPCLoops) throws -> RPCClient {
    let addresses = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
    return try RPCClient(
      settings: RPCClientSettings(addresses: addresses, name: "the replicas"),
      signer: ContextSigner(key: key), loops: loops, time: RealTime(),
      chance: SeededChance(seed: 7), log: quiet)
  }

  static func call(timeout: Duration = .seconds(10)) -> OutgoingCall {
    OutgoingCall(
      context: CallContext(requestID: "bench", actor: .service),
      deadline: Deadline(in: timeout, of: RealTime()))
  }
}

/// The process of one replica, from inside.
enum ReplicaProcess {
  /// Serves on `port` until standard input ends, then drains.
  /// - Parameter next: the port of the replica that `wait` goes on to, 0 for none.
  static func run(port: Int, next: Int) async throws {
    let loops = RPCLoops(threads: 1)
    let onward = next == 0 ? nil : try Faults.client(of: [next], on: loops)
    let server = RPCServer(
      settings: RPCServerSettings(port: port), routes: routes(onward),
      signer: ContextSigner(key: Faults.key), loops: loops, time: RealTime(),
      chance: SeededChance(seed: UInt64(port)), log: Faults.quiet)
    say("\(try await server.start())")
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        while !FileHandle.standardInput.availableData.isEmpty {}
        continuation.resume()
      }
    }
    await server.drain(grace: .seconds(20))
  }

  private static func routes(_ onward: RPCClient?) -> RPCRoutes {
    var routes = RPCRoutes()
    for method in [Faults.answer, Faults.act] {
      routes.handleRaw(method) { body, _ in
        try await RealTime().sleep(for: .milliseconds(1))
        return body
      }
    }
    routes.handleRaw(Faults.wait) { body, call in
      if let onward { return try await onward.call(Faults.wait, body, call.outgoing()) }
      say("entered")
      try? await RealTime().sleep(for: .seconds(100))
      say("\(RealTime().monotonic().microseconds)")
      throw CancellationError()
    }
    return routes
  }

  private static func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
  }
}

/// The process of one replica, from outside. Used by one task at a time.
final class Replica {
  struct Trouble: Error, CustomStringConvertible { let description: String }

  private(set) var port: Int
  private let next: Int
  private var process = Process()
  private var input = Pipe()
  private var output = Pipe()
  private var unread = Data()

  init(next: Int = 0) throws {
    (port, self.next) = (0, next)
    try start()
  }

  /// On the port it had before.
  func start() throws {
    (process, input, output, unread) = (Process(), Pipe(), Pipe(), Data())
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["serve", "\(port)", "\(next)"]
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    guard let port = Int(try line()) else { throw Trouble(description: "no port") }
    self.port = port
  }

  /// The next line that it prints.
  func line() throws -> String {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread = Data(unread[(end + 1)...]) }
        return String(decoding: unread[..<end], as: UTF8.self)
      }
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Trouble(description: "a replica ended") }
      unread += more
    }
  }

  /// Has it drain; returns when it has ended.
  func drain() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Gives it no chance to say anything.
  func kill() {
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
