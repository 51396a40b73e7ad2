import IntegrationContract
import Kernel
import Postgres
import RPC
import Resources

/// Which providers an account uses, with its keys.
struct ProviderHandlers: Sendable {
  /// The longest that a test waits for a provider.
  private static let testLimit: Duration = .seconds(15)

  let store: ProviderStore
  let time: any TimeSource

  func register(in routes: inout RPCRoutes) {
    routes.answer(ProvidersMethods.getProviderSettings, get)
    routes.answer(ProvidersMethods.saveProviderSettings, save)
    routes.answer(ProvidersMethods.testProvider, test)
  }

  private func get(
    _ request: Integration.ProviderRequest, _ call: IncomingCall
  ) async throws -> Integration.ProviderSettings {
    try await store.setting(try kind(request.provider), of: try call.requireAccount()).reply
  }

  private func save(
    _ request: Integration.SaveProviderSettingsRequest, _ call: IncomingCall
  ) async throws -> Integration.ProviderSettings {
    let account = try call.requireAccount()
    let old = try await store.setting(try kind(request.provider), of: account)
    var new = old.changed(by: request)
    if let text = new.baseURL, new.baseURL != old.baseURL {
      new.baseURL = try await checked(text)
    }
    if let key = request.apiKey, !key.isEmpty {
      new.sealedKey = try store.seal(try Self.checked(key: key), new.kind, account)
      new.keyHint = ProviderSetting.hint(of: key)
    } else if new.baseURL != old.baseURL {
      // A key goes nowhere but where it was meant to go.
      (new.sealedKey, new.keyHint) = (nil, "")
    }
    if new.isActive { try Self.checkComplete(new) }
    return try await store.save(new, of: account, at: time.now()).reply
  }

  private static func checked(key: String) throws -> String {
    guard key.unicodeScalars.allSatisfy({ $0.isASCII && $0.value > 0x20 && $0.value < 0x7f })
    else { throw RPCError(field: "api_key", "Invalid API key format") }
    return key
  }

  private static func checkComplete(_ setting: ProviderSetting) throws {
    switch setting.kind {
    case .openAI:
      if setting.sealedKey == nil { throw RPCError.lacking("api_key") }
    case .openAICompatible:
      if setting.baseURL == nil { throw RPCError.lacking("base_url") }
      if setting.model == nil, setting.imageModel == nil { throw RPCError.lacking("model") }
    }
  }

  private func checked(_ text: String) async throws -> String {
    guard let url = OutboundURL(text) else { throw RPCError(field: "base_url", "Invalid URL") }
    do {
      try await store.http.check(url)
    } catch AIFailure.forbiddenAddress {
      throw RPCError(field: "base_url", "This address is not allowed")
    } catch is AIFailure {
      throw RPCError(field: "base_url", "This host cannot be found")
    }
    return url.text
  }

  private func test(
    _ request: Integration.ProviderRequest, _ call: IncomingCall
  ) async throws -> Integration.ProviderTest {
    let account = try call.requireAccount()
    let setting = try await store.setting(try kind(request.provider), of: account)
    let began = time.monotonic()
    let model = setting.textModel ?? setting.imageModel ?? ""
    do {
      let limit = min(Self.testLimit, call.deadline.left(of: time))
      try await store.provider(setting, of: account).probe(within: limit)
    } catch let failure as AIFailure {
      return Integration.ProviderTest(ok: false, detail: failure.message, model: model)
    }
    return Integration.ProviderTest(
      ok: true, detail: "The provider answers", model: model,
      latencyMs: (time.monotonic() - began).milliseconds)
  }

  private func kind(_ name: String?) throws -> ProviderKind {
    guard let kind = ProviderKind(rawValue: name ?? "") else {
      throw RPCError(field: "provider", "Invalid integration type")
    }
    return kind
  }
}

extension ProviderSetting {
  /// What the request leaves out stays; empty texts and `cleared` names empty.
  fileprivate func changed(
    by request: Integration.SaveProviderSettingsRequest
  ) -> ProviderSetting {
    func text(_ new: String?, _ name: String, _ old: String?) -> String? {
      if request.cleared.contains(name) || new == "" { return nil }
      return new ?? old
    }
    var setting = self
    setting.isActive = request.isActive ?? isActive
    setting.baseURL = text(request.baseURL, "base_url", baseURL)
    setting.model = text(request.model, "model", model)
    setting.imageModel = text(request.imageModel, "image_model", imageModel)
    if request.cleared.contains("api_key") || request.apiKey == "" {
      (setting.sealedKey, setting.keyHint) = (nil, "")
    }
    return setting
  }

  var reply: Integration.ProviderSettings {
    Integration.ProviderSettings(
      provider: kind.rawValue, isActive: isActive, apiKey: keyHint, baseURL: baseURL,
      model: model, imageModel: imageModel, updatedAt: updatedAt)
  }
}
