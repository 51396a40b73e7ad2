import Glibc
import Kernel
import Logging
import Postgres
import RPC
import Redis
import Settings
import Synchronization
import Telemetry

/// A service with its ports open.
package final class RunningService: Sendable {
  /// The port that answers calls.
  package let rpcPort: Int
  /// The port for probes and metrics.
  package let adminPort: Int

  private let server: RPCServer
  private let admin: AdminServer
  private let readiness: Readiness
  private let background: Mutex<[Task<Void, Never>]>
  private let parts: ServiceParts
  private let grace: Duration
  private let time: any TimeSource
  private let log: Logger
  private let close: @Sendable () async -> Void

  init<S: ServiceSettings>(_ services: ServiceEnvironment<S>, parts: ServiceParts) async throws {
    (self.parts, time, log) = (parts, services.time, services.log)
    let process = services.process
    grace = process.grace
    readiness = Readiness(checks: Self.checks(services.store) + parts.checks, time: time)
    let pages = AdminPages(
      group: services.loops.group, readiness: readiness, metrics: services.metrics, time: time)
    admin = try await AdminServer.start(
      host: process.adminHost, port: process.adminPort, on: services.loops.group, pages: pages.all)
    server = RPCServer(
      settings: Self.serverSettings(services),
      routes: parts.routes, signer: services.signer, loops: services.loops, time: time,
      chance: services.chance, log: log)
    rpcPort = try await server.start()
    adminPort = admin.port
    server.register(in: services.metrics)
    services.store?.register(in: services.metrics)
    ProcessFigures.register(in: services.metrics)
    let runner = BackgroundRunner(time: time, chance: services.chance, log: log)
    let tasks = parts.background + Self.watch(services, server) + [Self.lookAtRedis(services)]
    background = Mutex(tasks.map { task in Task { await runner.keepRunning(task) } })
    close = {
      services.clients.close()
      await services.redis.close()
      await services.store?.close()
      try? await services.loops.dismissWorkers()
    }
    readiness.enter(.serving)
    try writePorts(to: process.portFile)
    log.info("started", metadata: ["rpc_port": "\(rpcPort)", "admin_port": "\(adminPort)"])
  }

  /// Stops: not ready; calls drained; background work cancelled; pools closed. Returns when all
  /// that is done, or when the time of grace is over.
  package func stop() async {
    log.info("stopping")
    readiness.enter(.stopping)
    do {
      try await within(grace, time) { await self.drainAndClose() }
      log.info("stopped")
    } catch {
      log.warning("stopped before all work was done")
    }
  }

  private func drainAndClose() async {
    await withTaskGroup(of: Void.self) { group in
      // A fifth of the time is left for background work and for closing.
      group.addTask { await self.server.drain(grace: self.grace * 4 / 5) }
      for drain in parts.onDrain { group.addTask { await drain() } }
    }
    let tasks = background.withLock { $0 }
    tasks.forEach { $0.cancel() }
    for task in tasks { await task.value }
    await close()
    await admin.close()
  }

  private static func serverSettings<S: ServiceSettings>(
    _ services: ServiceEnvironment<S>
  ) -> RPCServerSettings {
    let process = services.process
    var settings = RPCServerSettings(host: process.rpcHost, port: process.rpcPort)
    settings.tls = services.tls
    settings.callers = AllowTable.callers(of: services.name)
    return settings
  }

  /// Looks after the TLS files, if there are any.
  private static func watch<S: ServiceSettings>(
    _ services: ServiceEnvironment<S>, _ server: RPCServer
  ) -> [BackgroundTask] {
    guard let tls = services.tls else { return [] }
    tls.register(in: services.metrics)
    let clients = services.clients
    return [
      BackgroundTask("tls") {
        try await tls.watch {
          server.leaveOldAuthority()
          clients.leaveOldAuthority()
        }
      }
    ]
  }

  /// Says once that Redis may remove keys by itself, as soon as Redis can be asked.
  private static func lookAtRedis<S: ServiceSettings>(
    _ services: ServiceEnvironment<S>
  ) -> BackgroundTask {
    let (redis, time, log) = (services.redis, services.time, services.log)
    return BackgroundTask("redis policy") {
      while true {
        do throws(RedisError) {
          guard let policy = try await redis.evictionPolicy(), policy != "noeviction" else {
            return
          }
          return log.warning(
            "Redis removes keys when it is full; it must run with maxmemory-policy noeviction",
            metadata: ["policy": "\(policy)"])
        } catch {
          switch error {
          case .unavailable, .connectionLost, .timedOut: break
          case .server, .protocolViolation, .cancelled, .closed: return
          }
        }
        try await time.sleep(for: .seconds(5))
      }
    }
  }

  private static func checks(_ database: Database?) -> [ReadinessCheck] {
    guard let database else { return [] }
    return [ReadinessCheck("database") { try await database.ping() }]
  }

  /// Written beside and moved into place, so that a reader sees all of it or nothing.
  private func writePorts(to path: String?) throws {
    guard let path else { return }
    let text = "rpc=\(rpcPort)\nadmin=\(adminPort)\n"
    guard let file = fopen(path + ".new", "w") else { throw PortFileError(path: path) }
    let isWritten = fputs(text, file) >= 0
    guard fclose(file) == 0, isWritten, rename(path + ".new", path) == 0 else {
      throw PortFileError(path: path)
    }
  }
}

/// The file that `IGNY8_PORT_FILE` names cannot be written.
package struct PortFileError: Error {
  package let path: String
}
