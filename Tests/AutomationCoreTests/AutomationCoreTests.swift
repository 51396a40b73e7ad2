// The room AutomationCoreTests.
