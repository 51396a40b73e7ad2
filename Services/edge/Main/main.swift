import EdgeService
import Runtime

await ServiceRuntime.main("edge", settings: EdgeSettings.self) { environment in
  try EdgeService.parts(in: environment)
}
