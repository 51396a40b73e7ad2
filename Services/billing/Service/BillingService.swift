// The room BillingService.
