import Dispatch
import Glibc
import Kernel
import Logging
import Postgres
import Settings
import Telemetry

/// Runs a service as a process. The whole of a service's `main.swift`:
///
/// ```swift
/// import PlannerService
/// import Runtime
///
/// await ServiceRuntime.main(
///   "planner", settings: PlannerSettings.self, migrations: PlannerMigrations.all
/// ) { environment in
///   try PlannerService.parts(in: environment)
/// }
/// ```
///
/// and in the service's room:
///
/// ```swift
/// package struct PlannerSettings: ServiceSettings {
///   let clusterLimit: Int
///   package init(reading settings: SettingsReader) {
///     clusterLimit = settings.int("IGNY8_CLUSTER_LIMIT", default: 5_000, in: 1...100_000)
///   }
/// }
///
/// extension PlannerService {
///   package static func parts(
///     in environment: ServiceEnvironment<PlannerSettings>
///   ) throws -> ServiceParts {
///     let service = PlannerService(
///       database: environment.database, billing: try environment.client(of: "billing"),
///       time: environment.time, log: environment.log)
///     return ServiceParts(routes: service.routes)
///   }
/// }
/// ```
///
/// `<service> serve` (or no argument) serves until SIGTERM or SIGINT; `<service> migrate` brings
/// the schema up to date and ends.
package enum ServiceRuntime {
  /// Never returns: the process ends with 0 when all went well, 1 when it did not, 2 when the
  /// settings or the arguments are wrong.
  package static func main<S: ServiceSettings>(
    _ name: String, settings: S.Type, migrations: [Migration]? = nil,
    build: @escaping @Sendable (ServiceEnvironment<S>) async throws -> ServiceParts
  ) async -> Never {
    prepareProcess(name)
    let service = Service(name, settings: settings, migrations: migrations, build: build)
    let log = Logger(service: name, time: SystemTime())
    do {
      let environment = try SettingsSource.process()
      switch CommandLine.arguments.dropFirst() {
      case [], ["serve"]: try await serve(service, environment)
      case ["migrate"]: try await service.migrate(environment: environment)
      default:
        log.critical("usage: \(name) [serve|migrate]")
        end(2)
      }
      end(0)
    } catch let error as SettingsError {
      log.critical("\(error)")
      end(2)
    } catch {
      log.critical("the service ended", metadata: ["reason": "\(error)"])
      end(1)
    }
  }

  /// Ends the process without what libraries do at its end: OpenSSL would take away what threads
  /// that are still there use, or give back when they end, and one run of some thousand crashed.
  private static func end(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
  }

  private static func serve<S: ServiceSettings>(
    _ service: Service<S>, _ environment: [String: String]
  ) async throws {
    let signals = AsyncStream<Int32>.makeStream()
    let sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { signals.continuation.yield(number) }
      source.resume()
      return source
    }
    defer { sources.forEach { $0.cancel() } }
    let running = try await service.start(environment: environment, metrics: .shared)
    var received = signals.stream.makeAsyncIterator()
    _ = await received.next()
    await running.stop()
  }

  /// A closed pipe is an error of the write, not the end of the process; and libraries log as we
  /// do.
  private static func prepareProcess(_ name: String) {
    signal(SIGPIPE, SIG_IGN)
    LoggingSystem.bootstrap { label in
      JSONLogHandler(service: name, label: label, level: .info, time: SystemTime())
    }
  }
}
