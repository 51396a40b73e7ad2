// The room PlannerCoreTests.
