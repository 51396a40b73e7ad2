import CommonContract
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

  /// Serves until the process is ended.
  static func run() async throws {
    var routes = RPCRoutes()
    let text = String(repeating: "t", count: 250)
    let result = String(repeating: "r", count: 300)
    routes.handle(method) { request, _ in
      Common.ProgressItem(
        phase: request.phase, percentage: request.percentage + 1, message: text, result: result,
        creditsUsed: 7)
    }
    let server = RPCServer(
      settings: RPCServerSettings(), routes: routes, signer: ContextSigner(key: key),
      loops: RPCLoops(threads: 1), time: RealTime(), chance: SeededChance(seed: 1),
      log: Logger(label: "bench"))
    print(try await server.start())
    fflushStdout()
    try await RealTime().sleep(for: .seconds(3_600))
  }
}
