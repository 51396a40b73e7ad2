// The room IntegrationServiceTests.
