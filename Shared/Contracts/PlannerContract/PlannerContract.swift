// The room PlannerContract.
