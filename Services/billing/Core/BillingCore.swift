// The room BillingCore.
