// The room IntegrationCore.
