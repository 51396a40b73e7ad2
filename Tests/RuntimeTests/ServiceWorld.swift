import Kernel
import Logging
import NIOCore
import NIOPosix
import Postgres
import RPC
import Redis
import Settings
import Synchronization
import Telemetry
import TestKit

@testable import Runtime

/// Keeps the lines of a log.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  var output: LogOutput {
    LogOutput { line in self.lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
  }

  func count(of text: String) -> Int { lines.withLock { $0.count { $0.contains(text) } } }
}

/// The one method of the services in these tests.
let echo = MethodInfo(service: "igny8.test.v1.Test", name: "Echo")

let contextKey = [UInt8](repeating: 7, count: 32)

/// The environment of a service whose stores are these.
func environment(
  database: String, redis: String, more: [String: String] = [:]
) -> [String: String] {
  let fixed = [
    "IGNY8_DATABASE_URL": database, "IGNY8_REDIS_URL": redis,
    "IGNY8_CONTEXT_KEY": String(repeating: "07", count: 32), "IGNY8_GRACE": "5s",
  ]
  return fixed.merging(more) { $1 }
}

/// The environment of a service with stores of its own that work.
func workingEnvironment(more: [String: String] = [:]) async throws -> [String: String] {
  let database = try await TestDatabase.make(schema: "runtime", migrations: [])
  await database.database.close()
  let redis = try await TestRedis.make()
  return environment(database: database.settings.description, redis: redis.url, more: more)
}

/// Calls the method of a running service.
func call(
  _ service: RunningService, _ text: String, time: any TimeSource = RealTime()
) async throws -> String {
  let loops = RPCLoops(threads: 1)
  let client = try RPCClient(
    settings: RPCClientSettings(addresses: "127.0.0.1:\(service.rpcPort)"),
    signer: ContextSigner(key: contextKey), loops: loops, time: time,
    chance: SeededChance(seed: 1), log: quietLog)
  let outgoing = OutgoingCall(
    context: CallContext(requestID: "r", actor: .service),
    deadline: Deadline(in: .seconds(10), of: time))
  let answer: Result<ByteBuffer, any Error>
  do {
    answer = .success(try await client.call(echo, ByteBuffer(string: text), outgoing))
  } catch {
    answer = .failure(error)
  }
  client.close()
  try await loops.shutDown()
  return String(buffer: try answer.get())
}

/// Waits until something holds; the test's own limit ends it when it never does.
func until(_ condition: () async throws -> Bool) async throws {
  while try await !condition() { try await RealTime().sleep(for: .milliseconds(10)) }
}

/// A client of a server on loopback that answers by now.
func redisClient(port: Int) async throws -> RedisClient {
  let client = RedisClient(
    settings: RedisSettings(host: "127.0.0.1", port: port),
    group: MultiThreadedEventLoopGroup.singleton, chance: SeededChance(seed: 1), log: quietLog)
  try await until { (try? await client.command(["PING"])) != nil }
  return client
}
