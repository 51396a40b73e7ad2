import Kernel
import Postgres
import RPC
import Cryptography

/// The providers that an account can set up.
enum ProviderKind: String, Sendable, CaseIterable {
  case openAI = "openai"
  case openAICompatible = "openai_compatible"
}

/// What an account has set for a provider.
struct ProviderSetting: Sendable, Equatable {
  var kind: ProviderKind
  var isActive = false
  var sealedKey: String?
  /// First and last characters of the key.
  var keyHint = ""
  var baseURL: String?
  var model: String?
  var imageModel: String?
  var updatedAt: Instant?

  /// Model for text; nil when this provider does no text for the account.
  var textModel: String? { model ?? (kind == .openAI ? "gpt-4o-mini" : nil) }
}

/// Keeps what accounts have set; keys only sealed, bound to their account and provider.
struct ProviderStore: Sendable {
  let database: Database
  let keys: SecretKeys?
  let http: OutboundHTTP
  /// Where OpenAI is unless an account says otherwise.
  let openAI: String

  func setting(_ kind: ProviderKind, of account: AccountID) async throws -> ProviderSetting {
    let rows = try await database.run(
      ProviderQueries.get, [.id(account), .text(kind.rawValue)], in: .account(account))
    return try rows.first.flatMap(ProviderSetting.init(row:)) ?? ProviderSetting(kind: kind)
  }

  /// Those in use, the one set last first.
  func active(of account: AccountID) async throws -> [ProviderSetting] {
    let rows = try await database.run(
      ProviderQueries.active, [.id(account)], in: .account(account))
    return try rows.compactMap(ProviderSetting.init(row:))
  }

  /// Saves what was made of the setting as it was read.
  /// - Throws: a conflict when it was changed meanwhile.
  func save(
    _ setting: ProviderSetting, of account: AccountID, at now: Instant
  ) async throws -> ProviderSetting {
    let rows = try await database.run(
      ProviderQueries.save,
      [
        .id(account), .text(setting.kind.rawValue), .bool(setting.isActive),
        .text(setting.sealedKey), .text(setting.keyHint), .text(setting.baseURL),
        .text(setting.model), .text(setting.imageModel), .instant(now),
        .instant(setting.updatedAt),
      ], in: .account(account))
    guard let row = rows.first else {
      throw RPCError(.aborted, "Two changes met; try again", reason: "conflict")
    }
    return try ProviderSetting(row: row) ?? setting
  }

  /// The provider with its key.
  /// - Throws: `AIFailure.noKey`, `.forbiddenAddress`.
  func provider(
    _ setting: ProviderSetting, of account: AccountID
  ) throws -> any Provider {
    guard let base = OutboundURL(setting.baseURL ?? openAI) else {
      throw AIFailure.forbiddenAddress
    }
    let key = try setting.sealedKey.map { try open($0, setting.kind, account) }
    if key == nil, setting.kind == .openAI { throw AIFailure.noKey }
    return OpenAIProvider(name: setting.kind.rawValue, base: base, key: key ?? "", http: http)
  }

  func seal(_ key: String, _ kind: ProviderKind, _ account: AccountID) throws -> String {
    guard let keys else {
      throw RPCError(.failedPrecondition, "No keys can be kept here", reason: "no_secret_keys")
    }
    return SealedSecret(sealing: key, with: keys, context: Self.context(kind, account)).text
  }

  private func open(
    _ sealed: String, _ kind: ProviderKind, _ account: AccountID
  ) throws -> String {
    guard let keys,
      let key = try? SealedSecret(text: sealed)
        .openText(with: keys, context: Self.context(kind, account))
    else { throw AIFailure.noKey }
    return key
  }

  private static func context(_ kind: ProviderKind, _ account: AccountID) -> String {
    "integration.provider_settings:\(account):\(kind.rawValue)"
  }
}

extension ProviderSetting {
  /// Nil for a provider that is not known any more.
  init?(row: Row) throws {
    guard let kind = ProviderKind(rawValue: try row.text("provider")) else { return nil }
    self.init(
      kind: kind, isActive: try row.bool("is_active"),
      sealedKey: try row.optionalText("api_key"), keyHint: try row.text("api_key_hint"),
      baseURL: try row.optionalText("base_url"), model: try row.optionalText("model"),
      imageModel: try row.optionalText("image_model"),
      updatedAt: try row.optionalInstant("updated_at"))
  }

  /// What of a key may be seen: `sk-…a1b2`; nothing of short ones.
  static func hint(of key: String) -> String {
    key.count < 12 ? "…" : "\(key.prefix(3))…\(key.suffix(4))"
  }
}
