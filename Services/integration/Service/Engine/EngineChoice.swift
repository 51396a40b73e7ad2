import IntegrationCore

/// An engine with the names that logs and results give it.
struct ChosenEngine: Sendable {
  let engine: any Engine
  let provider: String
  let model: String

  static let builtIn = ChosenEngine(
    engine: BuiltInEngine(), provider: "local", model: LocalEngine.model)
}

/// Which engine does a piece of work.
struct EngineChoice: Sendable {
  func engine(for job: EngineJob) async throws -> ChosenEngine { .builtIn }
}
