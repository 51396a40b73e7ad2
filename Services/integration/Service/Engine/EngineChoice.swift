import IntegrationCore
import Kernel

/// An engine with the names that logs and results give it.
struct ChosenEngine: Sendable {
  let provider: String
  let model: String
  /// Makes it ready for work; throws `AIFailure` when its settings do not allow that.
  let engine: @Sendable () throws -> any Engine

  static let builtIn = ChosenEngine(provider: "local", model: LocalEngine.model) {
    BuiltInEngine()
  }
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
      return ChosenEngine(provider: setting.kind.rawValue, model: model) {
        ModelEngine(
          provider: try providers.provider(setting, of: job.account), model: model,
          caller: caller, thinker: thinker)
      }
    }
    return .builtIn
  }
}
