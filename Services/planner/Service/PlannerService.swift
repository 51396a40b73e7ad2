// The room PlannerService.
