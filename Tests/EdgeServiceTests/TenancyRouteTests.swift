import AuthContract
import EdgeCore
import JSON
import Kernel
import NIOCore
import RPC
import RPCTestKit
import Settings
import TestKit
import TestTraits
import Testing

@testable import EdgeService

/// What of a body reaches auth, and what of its answer the client.
@Suite("Requests about accounts and settings", .inTurn, .timeLimit(.minutes(10)))
struct TenancyRouteTests {
  private func ask(
    _ method: String, _ path: String, _ body: String, auth: (inout RPCRoutes) -> Void
  ) async throws -> Reply {
    let time = ManualTime()
    var routes = RPCRoutes()
    routes.handle(AuthMethods.resolvePrincipal) { _, _ in
      Auth.Principal(accountID: 7, role: "owner", isActive: true)
    }
    auth(&routes)
    let caller = InProcessTransport(routes, time: time)
    let gateway = try Gateway(
      settings: try SettingsReader.read(EdgeSettings.self, from: [:]),
      callers: ["auth": caller, "writer": caller], counters: MemoryCounters(time: time),
      time: time, chance: SeededChance(seed: 7), log: quietLog)
    var ask = Ask(
      method: method, path: path, query: Query(parsing: ""),
      headers: ["x-api-key": "k", "content-type": "application/json"])
    ask.body = { _ in ByteBuffer(string: body) }
    return try await Reply(await gateway.answer(ask))
  }

  @Test("an account is deleted by its path and a password in the body")
  func erase() async throws {
    let seen = Held(Auth.EraseAccountRequest())
    let reply = try await ask(
      "DELETE", "/api/v1/auth/accounts/7/", #"{"password": "correct-horse-7"}"#
    ) { routes in
      routes.handle(AccountsMethods.eraseAccount) { request, _ in
        seen.value = request
        return Auth.Erasure(accountID: request.id, status: "cancelled")
      }
    }
    #expect(reply.status == 202)
    #expect((seen.value.id, seen.value.password) == (7, "correct-horse-7"))
    #expect(try reply.json["data"]?["erase_at"] == .null)
  }

  @Test("modules are named with and without `_enabled`", arguments: ["planner", "planner_enabled"])
  func modules(name: String) async throws {
    let reply = try await ask(
      "PATCH", "/api/v1/system/settings/modules/enable/", "{\"\(name)\": false}"
    ) { routes in
      routes.handle(SettingsMethods.setModuleSwitches) { request, _ in
        Auth.ModuleSwitches(plannerEnabled: request.plannerEnabled ?? true)
      }
    }
    #expect(reply.status == 200)
    #expect(try reply.json["data"]?["planner_enabled"] == false)
    #expect(try reply.json["data"]?["writer_enabled"] == true)
  }

  @Test(
    "a setting's value goes there and back as the JSON it is",
    arguments: ["50", "true", #""de""#, #"{"a": [1]}"#])
  func settings(value: String) async throws {
    let reply = try await ask(
      "PUT", "/api/v1/system/settings/user/theme/", "{\"value\": \(value)}"
    ) { routes in
      routes.handle(SettingsMethods.setUserSetting) { request, _ in
        Auth.Setting(key: request.key, value: request.value)
      }
    }
    #expect(reply.status == 200)
    #expect(try reply.json["data"]?["key"] == "theme")
    #expect(try reply.json["data"]?["value"] == JSONValue(parsing: value))
  }

  @Test(
    "what must be there is asked for before auth is",
    arguments: [
      ("DELETE", "/api/v1/auth/accounts/7/", "password"),
      ("PUT", "/api/v1/system/settings/user/theme/", "value"),
    ])
  func required(method: String, path: String, field: String) async throws {
    let reply = try await ask(method, path, "{}") { _ in }
    #expect(reply.status == 400)
    #expect(try reply.json["errors"]?[field]?.strings == ["This field is required"])
  }
}
