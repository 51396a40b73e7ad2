// The room AuthServiceTests.
