// The room EdgeServiceTests.
