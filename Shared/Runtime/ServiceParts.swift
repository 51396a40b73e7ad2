import Kernel
import RPC

/// What a service consists of once it is built; the run-time starts, watches and stops it.
package struct ServiceParts: Sendable {
  /// The methods it answers.
  package var routes: RPCRoutes
  /// What it does beside answering.
  package var background: [BackgroundTask]
  /// What must hold, beside its database, before it takes work.
  package var checks: [ReadinessCheck]
  /// Called when the process is told to stop, beside the draining of calls: stop taking work of
  /// another kind, and return when what was taken is done.
  package var onDrain: [@Sendable () async -> Void]

  package init(
    routes: RPCRoutes = RPCRoutes(), background: [BackgroundTask] = [],
    checks: [ReadinessCheck] = [], onDrain: [@Sendable () async -> Void] = []
  ) {
    (self.routes, self.background) = (routes, background)
    (self.checks, self.onDrain) = (checks, onDrain)
  }
}

/// Work that goes on as long as the process does. When it throws it is started again with backoff;
/// when it returns it is done. It is cancelled when the process stops, after calls have been
/// drained.
package struct BackgroundTask: Sendable {
  package let name: String
  package let run: @Sendable () async throws -> Void

  package init(_ name: String, run: @escaping @Sendable () async throws -> Void) {
    (self.name, self.run) = (name, run)
  }

  /// Runs a piece of work again and again, `interval` after its last end.
  package static func repeating(
    _ name: String, every interval: Duration, time: any TimeSource,
    _ work: @escaping @Sendable () async throws -> Void
  ) -> BackgroundTask {
    BackgroundTask(name) {
      while true {
        try await work()
        try await time.sleep(for: interval)
      }
    }
  }
}

/// Something without which a service cannot work.
package struct ReadinessCheck: Sendable {
  package let name: String
  /// Throws when it does not hold. Stopped, and taken for failed, after a second.
  package let check: @Sendable () async throws -> Void

  package init(_ name: String, check: @escaping @Sendable () async throws -> Void) {
    (self.name, self.check) = (name, check)
  }
}
