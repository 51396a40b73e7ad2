// The room AutomationContract.
