import Kernel
import Logging
import Postgres
import RPC
import Redis
import Settings
import Telemetry

/// A service as its main declares it.
package struct Service<S: ServiceSettings>: Sendable {
  /// Such as `planner`; also the name of its schema.
  package let name: String
  /// The migrations of its schema; nil for a service without a database.
  package let migrations: [Migration]?
  /// Makes the service. Must not wait for the database or Redis, which may be away: what needs them
  /// belongs into a background task.
  package let build: @Sendable (ServiceEnvironment<S>) async throws -> ServiceParts

  package init(
    _ name: String, settings: S.Type, migrations: [Migration]?,
    build: @escaping @Sendable (ServiceEnvironment<S>) async throws -> ServiceParts
  ) {
    (self.name, self.migrations, self.build) = (name, migrations, build)
  }

  /// Reads the settings, builds the service and opens its ports.
  /// - Throws: `SettingsError`; what `build` throws; `IOError` when a port cannot be had.
  package func start(
    environment: [String: String], time: any TimeSource = SystemTime(),
    chance: any Chance = SystemChance(), metrics: Metrics = Metrics(),
    output: LogOutput = .standardOutput
  ) async throws -> RunningService {
    let reader = SettingsReader(environment: environment)
    let process = ProcessSettings(reading: reader)
    let store = migrations.map { _ in StoreSettings(reading: reader) }
    let settings = S(reading: reader)
    let log = Logger(service: name, level: process.logLevel, time: time, output: output)
    let tls = credentials(process, reader, time: time, log: log)
    try reader.check()
    log.info("settings", metadata: ["settings": .array(reader.describe().map { .string($0) })])
    let loops = RPCLoops(threads: process.threads)
    let services = ServiceEnvironment(
      name: name, settings: settings, process: process,
      redis: RedisClient(
        settings: process.redis, group: loops.group, chance: chance, log: log, metrics: metrics),
      time: time, chance: chance, log: log, metrics: metrics, loops: loops,
      signer: ContextSigner(key: process.contextKey), tls: tls,
      store: try store.map {
        Database(
          settings: try $0.database(schema: name), time: time, log: log,
          observer: DatabaseFigures(metrics))
      }, clients: ServiceClients(environment: environment))
    return try await RunningService(services, parts: try await build(services))
  }

  /// The files' contents; what is wrong with them is noted as a fault of the setting.
  private func credentials(
    _ process: ProcessSettings, _ reader: SettingsReader, time: any TimeSource, log: Logger
  ) -> TLSCredentials? {
    guard let files = process.tls else { return nil }
    do throws(TLSFault) {
      return try TLSCredentials(files, of: name, time: time, log: log)
    } catch {
      reader.refuse(error.part.setting, error.reason)
      return nil
    }
  }

  /// Brings the service's schema up to date.
  /// - Throws: `SettingsError`, `PostgresError`.
  package func migrate(
    environment: [String: String], time: any TimeSource = SystemTime(),
    output: LogOutput = .standardOutput
  ) async throws {
    guard let migrations else { return }
    let reader = SettingsReader(environment: environment)
    let level = reader.choice("IGNY8_LOG_LEVEL", default: Logger.Level.info)
    let store = StoreSettings(reading: reader)
    try reader.check()
    try await Migrator(schema: name, migrations: migrations).run(
      on: try store.database(schema: name), time: time,
      log: Logger(service: name, level: level, time: time, output: output))
  }
}
