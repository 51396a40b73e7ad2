import AuthContract
import AuthCore
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Settings of the catalogue: what is stored is what differs from the defaults.
struct SettingHandlers: Sendable {
  let database: Database
  let time: any TimeSource

  func register(in routes: inout RPCRoutes) {
    add(
      .system, SettingsMethods.listSystemSettings, SettingsMethods.getSystemSetting,
      SettingsMethods.setSystemSetting, SettingsMethods.resetSystemSetting, &routes)
    add(
      .account, SettingsMethods.listAccountSettings, SettingsMethods.getAccountSetting,
      SettingsMethods.setAccountSetting, SettingsMethods.resetAccountSetting, &routes)
    add(
      .ai, SettingsMethods.listAISettings, SettingsMethods.getAISetting,
      SettingsMethods.setAISetting, SettingsMethods.resetAISetting, &routes)
    add(
      .user, SettingsMethods.listUserSettings, SettingsMethods.getUserSetting,
      SettingsMethods.setUserSetting, SettingsMethods.resetUserSetting, &routes)
    add(
      .module, SettingsMethods.listModuleSettings, SettingsMethods.getModuleSetting,
      SettingsMethods.setModuleSetting, SettingsMethods.resetModuleSetting, &routes)
  }

  private func add(
    _ scope: SettingScope, _ list: Method<Auth.ListSettingsRequest, Auth.ListSettingsReply>,
    _ get: Method<Auth.SettingRequest, Auth.Setting>,
    _ set: Method<Auth.SetSettingRequest, Auth.Setting>,
    _ reset: Method<Auth.SettingRequest, Common.Empty>, _ routes: inout RPCRoutes
  ) {
    routes.answer(list) { try await self.list(scope, $0, $1) }
    routes.answer(get) { try await self.get(scope, $0.key, $1) }
    routes.answer(set) { try await self.set(scope, $0, $1) }
    routes.answer(reset) { request, call in
      try await change(scope, Self.setting(request.key, scope), to: nil, call)
      return Common.Empty()
    }
  }

  // MARK: Reading

  private func list(
    _ scope: SettingScope, _ request: Auth.ListSettingsRequest, _ call: IncomingCall
  ) async throws -> Auth.ListSettingsReply {
    let page = try Page(request.page, size: request.pageSize)
    let stored = try await stored(scope, call)
    let sought = request.search?.lowercased() ?? ""
    let found = SettingCatalogue.settings(scope).filter {
      sought.isEmpty || $0.key.contains(sought) || $0.meaning.lowercased().contains(sought)
    }
    return Auth.ListSettingsReply(
      count: Int64(found.count), results: page.cut(found).map { $0.reply(stored[$0.key]) })
  }

  private func get(
    _ scope: SettingScope, _ key: String, _ call: IncomingCall
  ) async throws -> Auth.Setting {
    let setting = try Self.setting(key, scope)
    return setting.reply(try await stored(scope, call)[key])
  }

  private func stored(
    _ scope: SettingScope, _ call: IncomingCall
  ) async throws -> [String: StoredSetting] {
    let rows = try await database.run(
      SettingQueries.list(scope), try Self.owner(scope, call),
      in: .account(try call.requireAccount()), deadline: call.deadline)
    let pairs = try rows.map { (try $0.text("key"), try StoredSetting(row: $0)) }
    return Dictionary(pairs) { first, _ in first }
  }

  /// - Throws: `.notFound` for a key that the catalogue does not have.
  private static func setting(_ key: String, _ scope: SettingScope) throws -> Setting {
    guard let setting = SettingCatalogue.setting(key, of: scope) else { throw RPCError.missing }
    return setting
  }

  private static func owner(_ scope: SettingScope, _ call: IncomingCall) throws -> [SQLValue] {
    let account = try call.requireAccount()
    switch scope {
    case .system: return []
    case .account, .ai, .module: return [.id(account)]
    case .user:
      guard let user = call.context.user else {
        throw RPCError(.permissionDenied, "This needs a user", reason: "no_user")
      }
      return [.id(account), .id(user)]
    }
  }

  // MARK: Changing

  private func set(
    _ scope: SettingScope, _ request: Auth.SetSettingRequest, _ call: IncomingCall
  ) async throws -> Auth.Setting {
    let setting = try Self.setting(request.key, scope)
    guard let text = given(request.value) else { throw RPCError(required: "value") }
    guard let value = try? JSONValue(parsing: text, strictly: true) else {
      throw RPCError(field: "value", "Invalid JSON")
    }
    if let fault = setting.fault(in: value) { throw RPCError(field: "value", fault) }
    try await change(scope, setting, to: value, call)
    return setting.reply(try await stored(scope, call)[setting.key])
  }

  /// - Parameter value: nil for the default.
  private func change(
    _ scope: SettingScope, _ setting: Setting, to value: JSONValue?, _ call: IncomingCall
  ) async throws {
    let account = try call.requireAccount()
    let owner = try Self.owner(scope, call) + [.text(setting.key)]
    try await database.transaction(in: .account(account), deadline: call.deadline) {
      let row = try await $0.run(SettingQueries.lock(scope), owner).first
      let before = try row.map { try StoredSetting(row: $0).value }
      if before == value { return }
      let now = time.now()
      let entry = AuditEntry(
        action: "setting.changed", account: account, objectType: "\(scope.rawValue)_setting",
        before: [setting.key: before ?? setting.initial],
        after: [setting.key: value ?? setting.initial])
      let command =
        value.map {
          (
            SettingQueries.set(scope),
            owner + [.json($0.text), .id(call.context.user), .instant(now)]
          )
        } ?? (SettingQueries.reset(scope), owner)
      _ = try await $0.runAll([command, entry.command(call, at: now)])
    }
  }
}

/// A setting as a table has it.
private struct StoredSetting: Sendable {
  let value: JSONValue
  let updatedAt: Instant

  init(row: Row) throws {
    value = try JSONValue(parsing: try row.json(1))
    updatedAt = try row.instant("updated_at")
  }
}

extension Setting {
  fileprivate func reply(_ stored: StoredSetting?) -> Auth.Setting {
    Auth.Setting(
      key: key, value: (stored?.value ?? initial).text, type: type, description: meaning,
      defaultValue: initial.text, choices: choices, isDefault: stored == nil,
      updatedAt: stored?.updatedAt)
  }
}
