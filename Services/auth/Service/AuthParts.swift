import Events
import RPC
import Runtime
import Synchronization

extension AuthService {
  /// The service in a process of its own: its methods, the relay of its events and calls, the staff
  /// account and the sweeping of what is over.
  package static func parts(
    in environment: ServiceEnvironment<AuthSettings>
  ) throws -> ServiceParts {
    let billing = try environment.client(of: "billing")
    let accounts = CreditAccounts(caller: billing, time: environment.time, log: environment.log)
    let relay = OutboxRelay(
      database: environment.database, redis: environment.redis,
      handlers: [CreditAccounts.openKind: accounts.deliver], time: environment.time,
      chance: environment.chance, log: environment.log)
    let service = try AuthService(
      settings: environment.settings, database: environment.database, billing: billing,
      time: environment.time, log: environment.log, messagesWaiting: { relay.wake() })
    let staff = Settled()
    return ServiceParts(
      routes: service.routes,
      background: [
        BackgroundTask("relay") { await relay.run() },
        BackgroundTask("staff") {
          try await service.ensureStaff()
          staff.settle()
        },
        .repeating("sweeper", every: .seconds(600), time: environment.time) {
          try await service.sweep()
        },
      ],
      checks: [
        ReadinessCheck("staff") {
          guard staff.isSettled else {
            throw RPCError(.unavailable, "The staff account is not made")
          }
        }
      ])
  }
}

/// Whether something that is done once after the start is done.
private final class Settled: Sendable {
  private let settled = Mutex(false)

  var isSettled: Bool { settled.withLock { $0 } }

  func settle() { settled.withLock { $0 = true } }
}
