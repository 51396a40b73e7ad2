import Kernel
import NIOCore
import NIOPosix
import Telemetry

/// `/healthz`, `/readyz` and `/metrics`.
struct AdminPages: Sendable {
  /// An event loop that takes longer than this to run nothing is stuck.
  private static let stall = Duration.seconds(1)

  let group: MultiThreadedEventLoopGroup
  let readiness: Readiness
  let metrics: Metrics
  let time: any TimeSource

  var all: AdminServer.Pages {
    [
      "/healthz": { await health() },
      "/readyz": { await ready() },
      "/metrics": {
        AdminReply(
          contentType: "text/plain; version=0.0.4; charset=utf-8", body: metrics.prometheusText())
      },
    ]
  }

  /// Fine when every event loop runs an empty task in time. The answer itself comes from one of the
  /// loops, by way of Swift's pool: a stuck pool, or a stuck loop of the listener, gives no answer
  /// at all.
  private func health() async -> AdminReply {
    let group = group
    do {
      try await within(Self.stall, time) {
        for loop in group.makeIterator() { try await Self.turn(of: loop) }
      }
      return AdminReply(body: "ok\n")
    } catch {
      return AdminReply(isFine: false, body: "an event loop is stuck\n")
    }
  }

  /// Returns after the loop's next turn, or at once when the task is cancelled.
  private static func turn(of loop: any EventLoop) async throws {
    let promise = loop.makePromise(of: Void.self)
    loop.execute { promise.succeed() }
    try await promise.futureResult.get()
  }

  private func ready() async -> AdminReply {
    let report = await readiness.report()
    return AdminReply(
      isFine: report.isReady, body: report.lines.map { $0 + "\n" }.joined())
  }
}
