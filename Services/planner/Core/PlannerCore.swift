// The room PlannerCore.
