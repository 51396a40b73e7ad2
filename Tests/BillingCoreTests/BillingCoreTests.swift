// The room BillingCoreTests.
