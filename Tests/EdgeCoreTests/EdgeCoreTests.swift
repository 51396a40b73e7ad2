// The room EdgeCoreTests.
