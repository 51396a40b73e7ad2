import Testing

/// One system with its accounts for all tests of a suite, and a look for secrets at the end.
struct MatrixScope: SuiteTrait, TestScoping {
  @TaskLocal private static var current: MatrixWorld?

  static var world: MatrixWorld {
    get throws { try #require(current, "the suite has no system") }
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let system = try RunningSystem.start(
      environment: ["IGNY8_DEBUG_THROTTLE": "true", "IGNY8_THROTTLE_ACCOUNT": "1000000/min"])
    defer { system.stop() }
    let world = try await MatrixWorld.make(on: system)
    try await Self.$current.withValue(world) { try await function() }
    try system.expectNoSecretsKept()
  }
}

extension Trait where Self == MatrixScope {
  static var oneSystem: Self { Self() }
}
