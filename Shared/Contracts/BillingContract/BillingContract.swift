// The room BillingContract.
