import Glibc
import Kernel
import Logging
import Postgres
import RPC
import Redis
import Settings

/// The settings that every service has, whatever it does.
package struct ProcessSettings: ServiceSettings {
  package let rpcHost: String
  /// 0 lets the system choose.
  package let rpcPort: Int
  package let adminHost: String
  /// 0 lets the system choose.
  package let adminPort: Int
  /// Where the ports are written to once they are open, as `rpc=…` and `admin=…`.
  package let portFile: String?
  package let logLevel: Logger.Level
  /// Signs call contexts; the same for all services. 32 bytes.
  package let contextKey: [UInt8]
  package let redis: RedisSettings
  /// Threads of the event loops.
  package let threads: Int
  /// From the signal to stop until the end of the process, whatever still runs.
  package let grace: Duration
  /// What the process proves itself with to other services; nil for plain TCP.
  package let tls: TLSFiles?

  package init(reading settings: SettingsReader) {
    rpcHost = settings.string("IGNY8_RPC_HOST", default: "127.0.0.1")
    rpcPort = settings.port("IGNY8_RPC_PORT", default: 0)
    adminHost = settings.string("IGNY8_ADMIN_HOST", default: "127.0.0.1")
    adminPort = settings.port("IGNY8_ADMIN_PORT", default: 0)
    portFile = settings.optionalString("IGNY8_PORT_FILE")
    logLevel = settings.choice("IGNY8_LOG_LEVEL", default: Logger.Level.info)
    contextKey = settings.key("IGNY8_CONTEXT_KEY", bytes: 32)
    redis = Self.redis(settings)
    threads = settings.int("IGNY8_THREADS", default: min(2, Self.cores), in: 1...64)
    grace = settings.duration("IGNY8_GRACE", default: .seconds(10))
    tls = Self.tls(settings)
  }

  /// All three files or none.
  private static func tls(_ settings: SettingsReader) -> TLSFiles? {
    let paths = TLSFiles.Part.allCases.map { settings.optionalString($0.setting) }
    guard paths.contains(where: { $0 != nil }) else { return nil }
    for part in TLSFiles.Part.allCases { settings.require(part.setting) }
    guard let certificate = paths[0], let key = paths[1], let authority = paths[2] else {
      return nil
    }
    return TLSFiles(certificate: certificate, key: key, authority: authority)
  }

  private static let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  private static func redis(_ settings: SettingsReader) -> RedisSettings {
    settings.require("IGNY8_REDIS_URL")
    guard let url = settings.redis("IGNY8_REDIS_URL") else { return RedisSettings() }
    return RedisSettings(url)
  }
}

extension TLSFiles.Part {
  /// The setting that names the file.
  var setting: String {
    switch self {
    case .certificate: "IGNY8_TLS_CERTIFICATE"
    case .key: "IGNY8_TLS_KEY"
    case .authority: "IGNY8_TLS_AUTHORITY"
    }
  }
}

extension RedisSettings {
  /// The server that a URL names.
  package init(_ url: RedisURL) {
    self.init(
      host: url.host, port: url.port, user: url.user, password: url.password?.value,
      database: url.database)
  }
}

/// What `IGNY8_DATABASE_URL` leads to.
enum Pooler: String, CaseIterable {
  /// The server itself.
  case none
  /// A pooler that gives a session of the server to one transaction at a time. Migrations and
  /// notifications need `IGNY8_DATABASE_DIRECT_URL` then.
  case transaction
}

/// The settings of the one schema that a service owns.
struct StoreSettings: ServiceSettings {
  let url: Secret
  let pooler: Pooler
  /// Around the pooler; empty without one.
  let directURL: Secret
  /// Sessions at most.
  let sessions: Int

  init(reading settings: SettingsReader) {
    url = settings.secret("IGNY8_DATABASE_URL")
    pooler = settings.choice("IGNY8_DATABASE_POOLER", default: Pooler.none)
    directURL =
      pooler == .none ? Secret("") : settings.secret("IGNY8_DATABASE_DIRECT_URL")
    sessions = settings.int("IGNY8_DATABASE_SESSIONS", default: 8, in: 1...200)
    for (name, url) in [("IGNY8_DATABASE_URL", url), ("IGNY8_DATABASE_DIRECT_URL", directURL)] {
      if !url.isEmpty, (try? DatabaseSettings(url: url.value, schema: "any")) == nil {
        settings.refuse(name, "is no Postgres connection string")
      }
    }
  }

  func database(schema: String) throws -> DatabaseSettings {
    var database = try DatabaseSettings(
      url: pooler == .none ? url.value : directURL.value, schema: schema,
      applicationName: "igny8 \(schema)")
    if pooler == .transaction { database = try database.through(pooler: url.value) }
    database.maxSessions = sessions
    return database
  }
}
