import AuthContract
import AuthCore
import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Settings", .inTurn, .timeLimit(.minutes(10)))
struct SettingTests {
  @Test("a setting is its default until it is set, and again when it is reset")
  func life() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let first = try await world.settingsOf.getUserSetting(.init(key: "page_size"), call)
    #expect((first.value, first.isDefault, first.type) == ("25", true, "integer"))
    let set = try await world.settingsOf.setUserSetting(.init(key: "page_size", value: "50"), call)
    #expect((set.value, set.isDefault, set.defaultValue) == ("50", false, "25"))
    #expect(set.updatedAt == world.time.now())
    let list = try await world.settingsOf.listUserSettings(.init(pageSize: 100), call)
    #expect(list.results.first { $0.key == "page_size" }?.value == "50")
    #expect(list.count == Int64(SettingCatalogue.settings(.user).count))
    _ = try await world.settingsOf.resetUserSetting(.init(key: "page_size"), call)
    let again = try await world.settingsOf.getUserSetting(.init(key: "page_size"), call)
    #expect((again.value, again.isDefault) == ("25", true))
    let noted = "SELECT count(*) FROM audit_log WHERE action = 'setting.changed'"
    #expect(try await world.number(noted) == 2)
    let change = """
      SELECT (before ->> 'page_size')::bigint * 1000 + (after ->> 'page_size')::bigint
      FROM audit_log WHERE action = 'setting.changed' ORDER BY id LIMIT 1
      """
    #expect(try await world.number(change) == 25_050)
  }

  @Test(
    "a value of another type or out of range is refused",
    arguments: [
      ("page_size", "\"50\""), ("page_size", "9"), ("page_size", "10.5"), ("page_size", "null"),
      ("theme", "\"pink\""), ("email_notifications", "\"yes\""), ("timezone", "7"),
      ("theme", "{"), ("theme", "[\"dark\"]"),
    ])
  func refused(key: String, value: String) async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let error = try await refusal {
      try await world.settingsOf.setUserSetting(.init(key: key, value: value), call)
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?["value"].isEmpty == false)
    #expect(try await world.number("SELECT count(*) FROM user_settings") == 0)
  }

  @Test("a key that the catalogue does not have is found nowhere")
  func unknown() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let got = try await refusal {
      try await world.settingsOf.getAccountSetting(.init(key: "theme"), call)
    }
    let set = try await refusal {
      try await world.settingsOf.setAccountSetting(.init(key: "is_admin", value: "true"), call)
    }
    #expect([got?.code, set?.code] == [.notFound, .notFound])
  }

  @Test("settings of an account and of a user are theirs alone")
  func separate() async throws {
    let world = try await AuthWorld.make()
    let mine = world.call(by: try await world.register("a@one.example"))
    let theirs = world.call(by: try await world.register("b@two.example"))
    let settings = world.settingsOf
    _ = try await settings.setAccountSetting(.init(key: "language", value: "\"de\""), mine)
    _ = try await settings.setUserSetting(.init(key: "language", value: "\"fr\""), mine)
    _ = try await settings.setModuleSetting(.init(key: "writer.images", value: "0"), mine)
    _ = try await settings.setAISetting(.init(key: "language", value: "\"es\""), mine)
    #expect(try await settings.getAccountSetting(.init(key: "language"), mine).value == "\"de\"")
    #expect(try await settings.getUserSetting(.init(key: "language"), mine).value == "\"fr\"")
    #expect(try await settings.getAISetting(.init(key: "language"), mine).value == "\"es\"")
    #expect(try await settings.getAISetting(.init(key: "language"), theirs).isDefault)
    #expect(try await settings.getAccountSetting(.init(key: "language"), theirs).isDefault)
    #expect(try await settings.getUserSetting(.init(key: "language"), theirs).isDefault)
    #expect(try await settings.getModuleSetting(.init(key: "writer.images"), theirs).isDefault)
  }

  @Test("everybody of an account sees what its AI functions are asked for, admins change it")
  func ai() async throws {
    let world = try await AuthWorld.make()
    let account = try await world.register().user?.accountID
    let editor = world.call(as: .editor, account: account)
    let admin = world.call(as: .admin, account: account)
    let request = Auth.SetSettingRequest(key: "ideas_per_cluster", value: "5")
    let refused = try await refusal { try await world.settingsOf.setAISetting(request, editor) }
    #expect(refused?.code == .permissionDenied)
    _ = try await world.settingsOf.setAISetting(request, admin)
    let list = try await world.settingsOf.listAISettings(.init(pageSize: 100), editor)
    #expect(list.results.map(\.key) == SettingCatalogue.settings(.ai).map(\.key))
    #expect(list.results.filter { !$0.isDefault }.map(\.value) == ["5"])
    let wrong = try await refusal {
      try await world.settingsOf.setAISetting(.init(key: "tone", value: "\"rude\""), admin)
    }
    #expect(wrong?["value"].isEmpty == false)
    _ = try await world.settingsOf.resetAISetting(.init(key: "ideas_per_cluster"), admin)
    let again = try await world.settingsOf.getAISetting(.init(key: "ideas_per_cluster"), editor)
    #expect((again.value, again.isDefault) == ("3", true))
  }

  @Test("the platform's settings are changed by staff and obeyed: the door can be closed")
  func system() async throws {
    let world = try await AuthWorld.make()
    try await world.service.ensureStaff()
    let owner = world.call(by: try await world.register())
    let staff = world.call(by: try await world.login("staff@igny8.example", "staff-password-1"))
    let request = Auth.SetSettingRequest(key: "registration_open", value: "false")
    let refused = try await refusal {
      try await world.settingsOf.setSystemSetting(request, owner)
    }
    #expect(refused?.code == .permissionDenied)
    _ = try await world.settingsOf.setSystemSetting(request, staff)
    let shown = try await world.settingsOf.getSystemSetting(
      .init(key: "registration_open"), owner)
    #expect(shown.value == "false")
    let closed = try await refusal { try await world.register("late@two.example") }
    #expect(closed?.details.reason == "registration_closed")
    _ = try await world.settingsOf.resetSystemSetting(.init(key: "registration_open"), staff)
    _ = try await world.register("late@two.example")
  }

  @Test("every default fits its own setting, and keys are unique in their scope")
  func catalogue() {
    for scope in SettingScope.allCases {
      let settings = SettingCatalogue.settings(scope)
      #expect(settings.allSatisfy { $0.fault(in: $0.initial) == nil })
      #expect(Set(settings.map(\.key)).count == settings.count)
    }
  }
}

@Suite("Module switches", .inTurn, .timeLimit(.minutes(10)))
struct ModuleTests {
  @Test("a module that is switched off is named by every principal of the account, at once")
  func off() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register()
    let call = world.call(by: owner)
    #expect(try await world.settingsOf.getModuleSwitches(.init(), call) == Auth.ModuleSwitches())
    let off = try await world.settingsOf.setModuleSwitches(
      .init(plannerEnabled: false, linkerEnabled: false), call)
    #expect((off.plannerEnabled, off.linkerEnabled, off.writerEnabled) == (false, false, true))
    func modulesOff() async throws -> [String] {
      try await world.auth.resolvePrincipal(.init(userID: owner.user?.id), world.internally)
        .modulesOff
    }
    #expect(try await modulesOff() == ["linker", "planner"])
    let on = try await world.settingsOf.setModuleSwitches(.init(plannerEnabled: true), call)
    #expect((on.plannerEnabled, on.linkerEnabled) == (true, false))
    #expect(try await modulesOff() == ["linker"])
    let site = try await world.tenancy.createSite(.init(name: "Blog"), call)
    let key = try await world.tenancy.createSiteApiKey(.init(id: site.id), call)
    let bot = try await world.auth.resolvePrincipal(.init(apiKey: key.key), world.internally)
    #expect(bot.modulesOff == ["linker"])
    let noted = """
      SELECT count(*) FROM audit_log WHERE action = 'modules.switched'
        AND before = '{"planner": false}' AND after = '{"planner": true}'
      """
    #expect(try await world.number(noted) == 1)
  }

  @Test("admins move switches, editors only see them, other accounts keep theirs")
  func who() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register("a@one.example")
    let theirs = world.call(by: try await world.register("b@two.example"))
    let account = owner.user?.accountID
    let editor = world.call(as: .editor, account: account)
    let refused = try await refusal {
      try await world.settingsOf.setModuleSwitches(.init(writerEnabled: false), editor)
    }
    #expect(refused?.code == .permissionDenied)
    let admin = world.call(as: .admin, account: account)
    _ = try await world.settingsOf.setModuleSwitches(.init(writerEnabled: false), admin)
    #expect(try await !world.settingsOf.getModuleSwitches(.init(), editor).writerEnabled)
    #expect(try await world.settingsOf.getModuleSwitches(.init(), theirs).writerEnabled)
  }
}
