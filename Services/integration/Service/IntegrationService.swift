// The room IntegrationService.
