import Foundation
import Kernel
import NIOCore
import Postgres
import RPC
import Redis
import Settings
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import Runtime

@Suite("a running service", .inTurn, .timeLimit(.minutes(10)))
struct ServiceTests {
  let lines = Lines()

  func start(
    _ environment: [String: String], parts: ServiceParts = ServiceParts()
  ) async throws -> RunningService {
    let service = Service("runtime", settings: NoSettings.self, migrations: []) { _ in parts }
    return try await service.start(environment: environment, output: lines.output)
  }

  @Test("it answers calls, is healthy, is ready and shows its figures")
  func serving() async throws {
    var routes = RPCRoutes()
    routes.handleRaw(echo) { body, _ in body }
    let service = try await start(workingEnvironment(), parts: ServiceParts(routes: routes))
    #expect(try await call(service, "hello") == "hello")
    #expect(try await get("/healthz", port: service.adminPort).status == 200)
    let ready = try await get("/readyz", port: service.adminPort)
    #expect(ready.status == 200)
    #expect(ready.body == "serving\ndatabase ok\n")
    let metrics = try await get("/metrics", port: service.adminPort)
    #expect(metrics.head.contains("text/plain; version=0.0.4"))
    #expect(metrics.body.contains("\nigny8_rpc_started_total 1\n"))
    #expect(metrics.body.contains("igny8_statement_seconds_count{statement=\"postgres.ping\"} 1"))
    #expect(metrics.body.contains("process_resident_memory_bytes "))
    await service.stop()
  }

  @Test("the admin port answers GET on its pages and nothing else")
  func adminRefusals() async throws {
    let service = try await start(workingEnvironment())
    #expect(try await get("/secret", port: service.adminPort).status == 404)
    let post = try await exchange(
      "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
      port: service.adminPort)
    #expect(post.status == 405)
    let head = try await exchange(
      "HEAD /healthz?x=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", port: service.adminPort)
    #expect((head.status, head.body) == (200, ""))
    let nonsense = try await exchange("nonsense\r\n\r\n", port: service.adminPort)
    #expect(nonsense.status == 400)
    let two = try await exchange(
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        + "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", port: service.adminPort)
    #expect(two.body.contains("serving\ndatabase ok\n"))
    await service.stop()
  }

  @Test("it starts while Postgres and Redis are away, is not ready, and becomes so when they come")
  func storesAway() async throws {
    let cluster = try await TestCluster.apart()
    let redis = try await TestRedis.apart()
    cluster.stop()
    redis.stop()
    let database = try cluster.settings(database: "postgres", schema: "runtime").description
    let service = try await start(environment(database: database, redis: redis.url))
    #expect(try await get("/healthz", port: service.adminPort).status == 200)
    let away = try await get("/readyz", port: service.adminPort)
    #expect(away.status == 503)
    #expect(away.body.contains("database "))
    try cluster.start()
    try redis.start()
    try await until { try await get("/readyz", port: service.adminPort).status == 200 }
    await service.stop()
    cluster.stop()
    redis.stop()
  }

  @Test("a Redis that removes keys when it is full is complained of once, one that refuses is not")
  func evictingRedis() async throws {
    let redis = try await TestRedis.apart()
    let client = try await redisClient(port: redis.port)
    _ = try await client.command(["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"])
    let service = try await start(workingEnvironment(more: ["IGNY8_REDIS_URL": redis.url]))
    try await until { lines.count(of: "maxmemory-policy noeviction") == 1 }
    #expect(lines.count(of: "allkeys-lru") == 1)
    await service.stop()
    #expect(lines.count(of: "maxmemory-policy noeviction") == 1)
    _ = try await client.command(["CONFIG", "SET", "maxmemory-policy", "noeviction"])
    #expect(try await client.evictionPolicy() == "noeviction")
    await client.close()
    redis.stop()
  }

  @Test("a registered check counts, and what it says stays inside")
  func checks() async throws {
    let isFine = Mutex(false)
    let parts = ServiceParts(checks: [
      ReadinessCheck("licence") {
        if !isFine.withLock({ $0 }) {
          throw SettingsError(faults: [.init(name: "secret", reason: "")])
        }
      }
    ])
    let service = try await start(workingEnvironment(), parts: parts)
    let before = try await get("/readyz", port: service.adminPort)
    #expect(before.status == 503)
    #expect(before.body.contains("licence failed\n"))
    #expect(!before.body.contains("secret"))
    isFine.withLock { $0 = true }
    #expect(try await get("/readyz", port: service.adminPort).status == 200)
    await service.stop()
  }

  @Test("stopping lets the call that runs finish, cancels background work and closes the ports")
  func draining() async throws {
    let (started, hasStarted) = AsyncStream<Void>.makeStream()
    let (released, release) = AsyncStream<Void>.makeStream()
    let wasCancelled = Mutex(false)
    let drained = Mutex(false)
    var routes = RPCRoutes()
    routes.handleRaw(echo) { body, _ in
      hasStarted.yield()
      for await _ in released { break }
      return body
    }
    let background = BackgroundTask("sleeper") {
      do { try await RealTime().sleep(for: .seconds(1_000)) } catch {
        wasCancelled.withLock { $0 = true }
        throw error
      }
    }
    let service = try await start(
      workingEnvironment(),
      parts: ServiceParts(
        routes: routes, background: [background], onDrain: [{ drained.withLock { $0 = true } }]))
    let answer = Task { try await call(service, "late") }
    for await _ in started { break }
    let stopping = Task { await service.stop() }
    try await until { try await get("/readyz", port: service.adminPort).status == 503 }
    #expect(!wasCancelled.withLock { $0 })
    release.yield()
    #expect(try await answer.value == "late")
    await stopping.value
    #expect(wasCancelled.withLock { $0 })
    #expect(drained.withLock { $0 })
    await #expect(throws: (any Error).self) { try await get("/healthz", port: service.adminPort) }
    #expect(lines.count(of: "\"stopped\"") == 1)
  }

  @Test("work that does not heed its cancellation does not keep the process beyond its grace")
  func stubborn() async throws {
    let (released, release) = AsyncStream<Void>.makeStream()
    let held = Task { for await _ in released { break } }
    let stubborn = BackgroundTask("stubborn") { await held.value }
    let service = try await start(
      workingEnvironment(more: ["IGNY8_GRACE": "200ms"]),
      parts: ServiceParts(background: [stubborn]))
    await service.stop()
    #expect(lines.count(of: "stopped before all work was done") == 1)
    release.yield()
  }

  @Test("the ports are written where they are asked for")
  func portFile() async throws {
    let path = NSTemporaryDirectory() + "igny8-ports-\(getpid())"
    let service = try await start(workingEnvironment(more: ["IGNY8_PORT_FILE": path]))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text == "rpc=\(service.rpcPort)\nadmin=\(service.adminPort)\n")
    try FileManager.default.removeItem(atPath: path)
    await service.stop()
  }

  @Test("wrong settings are all named, and nothing is started")
  func wrongSettings() async throws {
    let error = await #expect(throws: SettingsError.self) {
      _ = try await start(["IGNY8_RPC_PORT": "x", "IGNY8_DATABASE_URL": "nonsense"])
    }
    let names = try #require(error).faults.map(\.name)
    #expect(
      names == ["IGNY8_RPC_PORT", "IGNY8_CONTEXT_KEY", "IGNY8_REDIS_URL", "IGNY8_DATABASE_URL"])
  }

  @Test("secrets are not in the log of the start")
  func maskedStart() async throws {
    let service = try await start(workingEnvironment())
    #expect(lines.count(of: "IGNY8_CONTEXT_KEY=***") == 1)
    #expect(lines.count(of: "0707") == 0)
    await service.stop()
  }

  @Test("a called service's address must be set, and gives one client")
  func clients() async throws {
    let seen = Mutex<[Bool]>([])
    let service = Service("runtime", settings: NoSettings.self, migrations: nil) { environment in
      let one = try environment.client(of: "billing")
      let same = try environment.client(of: "billing")
      seen.withLock { $0.append(one === same) }
      return ServiceParts()
    }
    let without = environment(database: "", redis: "redis://127.0.0.1:1")
    let error = await #expect(throws: SettingsError.self) {
      _ = try await service.start(environment: without, output: lines.output)
    }
    #expect(error?.faults.map(\.name) == ["IGNY8_BILLING_ADDRESS"])
    let with = without.merging(["IGNY8_BILLING_ADDRESS": "a:1,b:2"]) { $1 }
    let running = try await service.start(environment: with, output: lines.output)
    #expect(seen.withLock { $0 } == [true])
    await running.stop()
  }
}

@Suite("migrating", .inTurn, .timeLimit(.minutes(10)))
struct MigrateTests {
  @Test("migrations run once, with no other setting than the database")
  func migrate() async throws {
    let world = try await TestDatabase.make(schema: "runtime", migrations: [])
    let lines = Lines()
    let service = Service(
      "runtime", settings: NoSettings.self,
      migrations: [Migration(number: 1, name: "things", sql: "CREATE TABLE things (id bigint)")]
    ) { _ in ServiceParts() }
    let environment = ["IGNY8_DATABASE_URL": world.settings.description]
    for _ in 1...2 { try await service.migrate(environment: environment, output: lines.output) }
    #expect(lines.count(of: "migrated") == 1)
    try await world.administer("INSERT INTO runtime.things VALUES (1)")
    await world.database.close()
  }

  @Test("a service without migrations has nothing to do")
  func nothing() async throws {
    let service = Service("edge", settings: NoSettings.self, migrations: nil) { _ in ServiceParts()
    }
    try await service.migrate(environment: [:])
  }
}
