import AuthContract
import AuthCore
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Which modules an account uses. Whoever calls is told by `ResolvePrincipal`, and every service
/// refuses the methods of a module that is off.
struct ModuleHandlers: Sendable {
  let database: Database
  let time: any TimeSource

  func register(in routes: inout RPCRoutes) {
    routes.answer(SettingsMethods.getModuleSwitches, get)
    routes.answer(SettingsMethods.setModuleSwitches, set)
  }

  private func get(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Auth.ModuleSwitches {
    let account = try call.requireAccount()
    let rows = try await database.run(
      SettingQueries.modules, [.id(account)], in: .account(account), deadline: call.deadline)
    return try Self.switches(rows).reply
  }

  private func set(
    _ request: Auth.SetModuleSwitchesRequest, _ call: IncomingCall
  ) async throws -> Auth.ModuleSwitches {
    let account = try call.requireAccount()
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      let answers = try await $0.runAll([
        (LimitQueries.lock, [.id(account)]), (SettingQueries.modules, [.id(account)]),
      ])
      let before = try Self.switches(answers[1])
      let changed = request.wanted.filter { before[$0.key] != $0.value }
      if changed.isEmpty { return before.reply }
      let now = time.now()
      let entry = AuditEntry(
        action: "modules.switched", account: account, objectType: "account",
        objectID: account.value, before: Self.json(before.filter { changed[$0.key] != nil }),
        after: Self.json(changed))
      let values: [SQLValue] = [
        .id(account), .texts(changed.keys.map(\.rawValue).sorted()),
        .texts(changed.filter(\.value).map(\.key.rawValue).sorted()), .instant(now),
      ]
      _ = try await $0.runAll([
        (SettingQueries.switchModules, values), entry.command(call, at: now),
      ])
      return before.merging(changed) { $1 }.reply
    }
  }

  private static func switches(_ rows: Rows) throws -> [ProductModule: Bool] {
    var switches = Dictionary(uniqueKeysWithValues: ProductModule.allCases.map { ($0, true) })
    for row in rows {
      guard let module = ProductModule(rawValue: try row.text("module")) else { continue }
      switches[module] = try row.bool("is_enabled")
    }
    return switches
  }

  private static func json(_ switches: [ProductModule: Bool]) -> JSONValue {
    .object(
      switches.map { JSONValue.Member($0.key.rawValue, .bool($0.value)) }
        .sorted { $0.name < $1.name })
  }
}

extension Auth.SetModuleSwitchesRequest {
  /// What the request names.
  fileprivate var wanted: [ProductModule: Bool] {
    let named: [(ProductModule, Bool?)] = [
      (.planner, plannerEnabled), (.writer, writerEnabled), (.thinker, thinkerEnabled),
      (.automation, automationEnabled), (.siteBuilder, siteBuilderEnabled),
      (.linker, linkerEnabled), (.optimizer, optimizerEnabled), (.publisher, publisherEnabled),
    ]
    return Dictionary(uniqueKeysWithValues: named).compactMapValues { $0 }
  }
}

extension [ProductModule: Bool] {
  fileprivate var reply: Auth.ModuleSwitches {
    Auth.ModuleSwitches(
      plannerEnabled: self[.planner] ?? true, writerEnabled: self[.writer] ?? true,
      thinkerEnabled: self[.thinker] ?? true, automationEnabled: self[.automation] ?? true,
      siteBuilderEnabled: self[.siteBuilder] ?? true, linkerEnabled: self[.linker] ?? true,
      optimizerEnabled: self[.optimizer] ?? true, publisherEnabled: self[.publisher] ?? true)
  }
}
