// The room AutomationCore.
