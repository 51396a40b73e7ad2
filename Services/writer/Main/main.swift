import Runtime
import WriterService

await ServiceRuntime.main(
  "writer", settings: WriterSettings.self, migrations: WriterMigrations.all
) { environment in
  try WriterService.parts(in: environment)
}
