// The room AutomationService.
