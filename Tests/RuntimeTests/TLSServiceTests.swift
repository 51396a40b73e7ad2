import Foundation
import Kernel
import NIOCore
import RPC
import Settings
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import Runtime

@Suite("services with TLS", .inTurn, .timeLimit(.minutes(10)))
struct TLSServiceTests {
  let lines = Lines()

  private func settings(
    _ files: TestAuthority.Files, more: [String: String] = [:]
  ) -> [String: String] {
    let tls = [
      "IGNY8_TLS_CERTIFICATE": files.certificate, "IGNY8_TLS_KEY": files.key,
      "IGNY8_TLS_AUTHORITY": files.authority,
    ]
    return environment(
      database: "", redis: "redis://127.0.0.1:1", more: tls.merging(more) { $1 })
  }

  private func start(
    _ name: String, _ environment: [String: String],
    build: @escaping @Sendable (ServiceEnvironment<NoSettings>) throws -> ServiceParts = { _ in
      ServiceParts()
    }
  ) async throws -> RunningService {
    let service = Service(name, settings: NoSettings.self, migrations: nil, build: build)
    return try await service.start(environment: environment, output: lines.output)
  }

  /// A server that echoes.
  private func echoing(_ name: String, _ authority: TestAuthority) async throws -> RunningService {
    try await start(name, settings(try authority.issue(name))) { _ in
      var routes = RPCRoutes()
      routes.handleRaw(echo) { body, _ in body }
      return ServiceParts(routes: routes)
    }
  }

  /// What `caller` gets from `server` when it calls it by its name.
  private func call(
    _ server: RunningService, _ name: String, as caller: String, _ authority: TestAuthority
  ) async throws -> Result<String, RPCError> {
    let address = [
      "IGNY8_\(name.uppercased())_ADDRESS": "127.0.0.1:\(server.rpcPort)"
    ]
    let client = Mutex<RPCClient?>(nil)
    let service = try await start(caller, settings(try authority.issue(caller), more: address)) {
      let made = try $0.client(of: name)
      client.withLock { $0 = made }
      return ServiceParts()
    }
    let outgoing = OutgoingCall(
      context: CallContext(requestID: "r", actor: .service),
      deadline: Deadline(in: .seconds(10), of: RealTime()))
    let made = try #require(client.withLock { $0 })
    let result: Result<String, RPCError>
    do {
      let reply = try await made.call(echo, ByteBuffer(string: "hello"), outgoing)
      result = .success(String(buffer: reply))
    } catch let error as RPCError {
      result = .failure(error)
    }
    await service.stop()
    return result
  }

  @Test("a service answers those whom the allow table names and denies the others")
  func allowTable() async throws {
    let authority = try TestAuthority()
    let planner = try await echoing("planner", authority)
    let edge = try await call(planner, "planner", as: "edge", authority)
    #expect(edge == .success("hello"))
    let writer = try await call(planner, "planner", as: "writer", authority)
    guard case .failure(let error) = writer else {
      Issue.record("the writer was answered")
      return
    }
    #expect(error.code == .permissionDenied)
    let metrics = try await get("/metrics", port: planner.adminPort)
    #expect(metrics.body.contains("igny8_rpc_refused_total{why=\"caller\"} 1"))
    #expect(metrics.body.contains("igny8_tls_certificate_remaining_seconds 25"))
    #expect(metrics.body.contains("igny8_tls_faults_total 0"))
    await planner.stop()
  }

  @Test("the three settings go together, and a wrong file is named with its setting")
  func faults() async throws {
    let authority = try TestAuthority()
    func faults(_ change: (inout [String: String]) throws -> Void) async throws -> [String] {
      var values = settings(try authority.issue("billing"))
      try change(&values)
      do {
        await (try start("billing", values)).stop()
        return []
      } catch let error as SettingsError {
        return error.faults.map { "\($0.name) \($0.reason)" }
      }
    }
    #expect(try await faults { _ in } == [])
    let alone = try await faults {
      $0["IGNY8_TLS_KEY"] = nil
      $0["IGNY8_TLS_AUTHORITY"] = nil
    }
    #expect(alone == ["IGNY8_TLS_KEY is missing", "IGNY8_TLS_AUTHORITY is missing"])
    let other = try await faults { $0["IGNY8_TLS_KEY"] = try authority.issue("edge").key }
    #expect(other == ["IGNY8_TLS_KEY is not the key of the certificate"])
    let gone = try await faults { $0["IGNY8_TLS_AUTHORITY"] = "/nowhere/ca.pem" }
    #expect(
      gone == [
        "IGNY8_TLS_AUTHORITY names a file that cannot be read: No such file or directory"
      ])
  }
}
