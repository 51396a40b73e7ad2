import AuthService
import Runtime

await ServiceRuntime.main("auth", settings: AuthSettings.self, migrations: AuthMigrations.all) {
  environment in
  try AuthService.parts(in: environment)
}
