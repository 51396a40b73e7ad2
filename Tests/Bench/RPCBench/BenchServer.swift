import CommonContract
import Glibc
import Kernel
import Logging
import RPC
import TestKit

/// The server under measurement: one event loop, one typed method.
enum BenchServer {
  static let key = [UInt8](repeating: 5, count: 32)
  static let method = Method<Common.ProgressItem, Common.ProgressItem>(
    MethodInfo(
      service: "igny8.bench.v1.Bench", name: "Answer", idempotency: .idempotent,
      minimumRole: .role(.viewer)))

  /// Serves until the process is ended. The first thread waits in a way that valgrind can follow,
  /// which it cannot where the run-time's own main loop does.
  static func run() -> Never {
    Task.detached { try await start() }
    while true { pause() }
  }

  private static func start() async throws {
    var routes = RPCRoutes()
    let text = String(repeating: "t", count: 250)
    let short = String(repeating: "r", count: 300)
    let long = String(decoding: repeatElement(UInt8(ascii: "r"), count: 1 << 20), as: UTF8.self)
    routes.handle(method) { request, _ in
      Question.answer(to: request, text, request.creditsUsed == 300 ? short : long)
    }
    let server = RPCServer(
      settings: RPCServerSettings(), routes: routes, signer: ContextSigner(key: key),
      loops: RPCLoops(threads: 1), time: RealTime(), chance: SeededChance(seed: 1),
      log: Logger(label: "bench"))
    print(try await server.start())
    fflush(nil)
  }
}
