// The room AuthContract.
