import RPC
import Runtime

/// The edge in a process of its own.
package enum EdgeService {
  /// The contexts that it reaches.
  package static let contexts = [
    "auth", "planner", "writer", "billing", "automation", "integration",
  ]

  package static func parts(in environment: ServiceEnvironment<EdgeSettings>) throws -> ServiceParts
  {
    var callers: [String: any RPCCaller] = [:]
    for context in contexts { callers[context] = try environment.client(of: context) }
    let gateway = try Gateway(
      settings: environment.settings, callers: callers,
      counters: RedisThrottleCounters(redis: environment.redis, time: environment.time),
      time: environment.time, chance: environment.chance, log: environment.log,
      metrics: environment.metrics)
    let server = EdgeServer(
      gateway: gateway, settings: environment.settings, loops: environment.loops,
      time: environment.time, log: environment.log)
    return ServiceParts(
      background: [BackgroundTask("http") { try await server.run() }],
      onDrain: [{ await server.drain() }])
  }
}
