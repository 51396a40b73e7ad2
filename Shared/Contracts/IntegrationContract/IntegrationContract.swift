// The room IntegrationContract.
