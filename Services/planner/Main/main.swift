import PlannerService
import Runtime
import Settings

await ServiceRuntime.main(
  "planner", settings: NoSettings.self, migrations: PlannerMigrations.all
) { environment in
  try PlannerService.parts(in: environment)
}
