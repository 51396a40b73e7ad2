import BillingService
import Runtime

await ServiceRuntime.main(
  "billing", settings: BillingSettings.self, migrations: BillingMigrations.all
) { environment in
  BillingService.parts(in: environment)
}
