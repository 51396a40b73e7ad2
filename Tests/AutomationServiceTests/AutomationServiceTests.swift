// The room AutomationServiceTests.
