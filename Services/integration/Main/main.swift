import IntegrationService
import Runtime

await ServiceRuntime.main(
  "integration", settings: IntegrationSettings.self, migrations: IntegrationMigrations.all
) { environment in
  try IntegrationService.parts(in: environment)
}
