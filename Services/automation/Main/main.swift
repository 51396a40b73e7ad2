import AutomationService
import Runtime

await ServiceRuntime.main(
  "automation", settings: AutomationSettings.self, migrations: AutomationMigrations.all
) { environment in
  try AutomationService.parts(in: environment)
}
