// The room BillingServiceTests.
