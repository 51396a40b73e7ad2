// The room PlannerServiceTests.
