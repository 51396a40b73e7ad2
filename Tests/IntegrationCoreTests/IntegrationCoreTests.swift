// The room IntegrationCoreTests.
