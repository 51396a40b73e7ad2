// The room CommonContract.
