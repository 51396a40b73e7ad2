import AutomationContract
import BillingContract
import Events
import IntegrationContract
import Logging
import PlannerContract
import RPC
import Runtime
import Synchronization
import WriterContract

extension AuthService {
  /// The service in a process of its own: its methods, the relay of its events and calls, the staff
  /// account and the sweeping of what is over.
  package static func parts(
    in environment: ServiceEnvironment<AuthSettings>
  ) throws -> ServiceParts {
    let billing = try environment.client(of: "billing")
    let mailer = environment.settings.mailer
    if mailer == nil {
      environment.log.warning(
        "mails wait in the outbox: neither IGNY8_SMTP_URL nor IGNY8_MAIL_FOLDER is set")
    }
    let bell = Bell()
    let service = try AuthService(
      settings: environment.settings, database: environment.database, billing: billing,
      mailer: mailer, exporting: try sources(in: environment, billing: billing),
      time: environment.time, log: environment.log,
      messagesWaiting: { bell.ring() })
    let relay = OutboxRelay(
      database: environment.database, redis: environment.redis,
      handlers: service.outboxHandlers, time: environment.time, chance: environment.chance,
      log: environment.log)
    bell.connect { relay.wake() }
    let consumer = EventConsumer(
      name: "auth", database: environment.database, redis: environment.redis,
      handlers: service.eventHandlers, time: environment.time, chance: environment.chance,
      log: environment.log)
    let staff = Settled()
    return ServiceParts(
      routes: service.routes,
      background: [
        BackgroundTask("relay") { await relay.run() },
        BackgroundTask("events") { await consumer.run() },
        BackgroundTask("staff") {
          try await service.ensureStaff { staff.settle() }
        },
        .repeating("sweeper", every: .seconds(600), time: environment.time) {
          try await service.sweep()
        },
      ],
      checks: [
        ReadinessCheck("staff") {
          guard staff.isSettled else {
            throw RPCError(.unavailable, "The staff account was not looked for")
          }
        }
      ])
  }
}

extension AuthService {
  /// Every other context, in the order in which archives of accounts have them.
  private static func sources(
    in environment: ServiceEnvironment<AuthSettings>, billing: any RPCCaller
  ) throws -> [ExportSource] {
    [
      ExportSource(
        "planner", PlannerExportMethods.exportAccount, try environment.client(of: "planner")),
      ExportSource(
        "writer", WriterExportMethods.exportAccount, try environment.client(of: "writer")),
      ExportSource(
        "integration", IntegrationExportMethods.exportAccount,
        try environment.client(of: "integration")),
      ExportSource(
        "automation", AutomationExportMethods.exportAccount,
        try environment.client(of: "automation")),
      ExportSource("billing", BillingExportMethods.exportAccount, billing),
    ]
  }
}

/// Whether something that is done once after the start is done.
private final class Settled: Sendable {
  private let settled = Mutex(false)

  var isSettled: Bool { settled.withLock { $0 } }

  func settle() { settled.withLock { $0 = true } }
}

/// Rings for a relay that is made later.
private final class Bell: Sendable {
  private let wake = Mutex<(@Sendable () -> Void)?>(nil)

  func connect(_ wake: @escaping @Sendable () -> Void) { self.wake.withLock { $0 = wake } }

  func ring() { wake.withLock(\.self)?() }
}
