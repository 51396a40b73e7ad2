import RPC
import Runtime

extension IntegrationService {
  /// The service in a process of its own.
  package static func parts(
    in environment: ServiceEnvironment<IntegrationSettings>
  ) throws -> ServiceParts {
    let service = try IntegrationService(
      settings: environment.settings, database: environment.database,
      auth: environment.client(of: "auth"), writer: environment.client(of: "writer"),
      loops: environment.loops.group, time: environment.time, chance: environment.chance,
      log: environment.log)
    return ServiceParts(routes: service.routes, onDrain: [{ await service.close() }])
  }
}
