import IntegrationCore
import Kernel

/// An engine with the names that logs and results give it.
struct ChosenEngine: Sendable {
  let engine: any Engine
  let provider: String
  let model: String

  static let builtIn = ChosenEngine(
    engine: BuiltInEngine(), provider: "local", model: LocalEngine.model)
}

/// Which engine does a piece of work: the provider that the account uses for such work, set last
/// of several; the built-in engine otherwise.
struct EngineChoice: Sendable {
  let providers: ProviderStore
  let caller: ProviderCaller
  let thinker: ThinkerStore

  func engine(for job: EngineJob) async throws -> ChosenEngine {
    for setting in try await providers.active(of: job.account) {
      let model = job.function == .image ? setting.imageModel : setting.textModel
      guard let model else { continue }
      let provider = try providers.provider(setting, of: job.account)
      return ChosenEngine(
        engine: ModelEngine(
          provider: provider, model: model, caller: caller, thinker: thinker),
        provider: setting.kind.rawValue, model: model)
    }
    return .builtIn
  }
}
