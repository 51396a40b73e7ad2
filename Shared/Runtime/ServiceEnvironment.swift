import Kernel
import Logging
import Postgres
import RPC
import Redis
import Settings
import Synchronization
import Telemetry

/// Everything a service is built from.
package struct ServiceEnvironment<S: ServiceSettings>: Sendable {
  /// The service's name, such as `planner`.
  package let name: String
  /// The service's own settings.
  package let settings: S
  package let process: ProcessSettings
  /// One pipelined connection to Redis; for blocking commands take `redis.another()`.
  package let redis: RedisClient
  package let time: any TimeSource
  package let chance: any Chance
  package let log: Logger
  package let metrics: Metrics
  /// The event loops of the process, for whatever opens sockets of its own.
  package let loops: RPCLoops
  /// Signs the contexts of calls that this service begins itself.
  package let signer: ContextSigner
  /// What the process proves itself with to other services; nil for plain TCP.
  let tls: TLSCredentials?

  let store: Database?
  let clients: ServiceClients

  /// The service's own schema.
  package var database: Database {
    guard let store else { preconditionFailure("\(name) declares no migrations: no database") }
    return store
  }

  /// The client of another service, by its name (`billing`), at `IGNY8_BILLING_ADDRESS`: one
  /// `host:port`, or several separated by commas. The same client each time.
  /// - Throws: `SettingsError` when the address is missing or wrong.
  package func client(of service: String) throws -> RPCClient {
    try clients.client(of: service) { addresses in
      var settings = RPCClientSettings(addresses: addresses, name: service)
      settings.tls = tls
      return try RPCClient(
        settings: settings, signer: signer, loops: loops, time: time, chance: chance, log: log)
    }
  }
}

/// The clients a service has asked for, closed when it stops.
final class ServiceClients: Sendable {
  private let environment: [String: String]
  private let clients = Mutex<[String: RPCClient]>([:])

  init(environment: [String: String]) { self.environment = environment }

  func client(of service: String, _ make: (String) throws -> RPCClient) throws -> RPCClient {
    try clients.withLock { clients in
      if let client = clients[service] { return client }
      let name = "IGNY8_\(service.uppercased())_ADDRESS"
      guard let addresses = environment[name], !addresses.isEmpty else {
        throw SettingsError(faults: [.init(name: name, reason: "is missing")])
      }
      do {
        let client = try make(addresses)
        clients[service] = client
        return client
      } catch {
        throw SettingsError(faults: [.init(name: name, reason: "is no host:port")])
      }
    }
  }

  /// See `RPCClient.leaveOldAuthority`.
  func leaveOldAuthority() {
    for client in clients.withLock({ $0 }).values { client.leaveOldAuthority() }
  }

  func close() {
    for client in clients.withLock({ $0 }).values { client.close() }
  }
}
