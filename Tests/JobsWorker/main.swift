// jobs-worker <connection> <schema> <seed>: a runner in a process of its own, for tests to kill.
//
// A job of kind `steps` writes an effect in each of three steps, as a service would that keeps the
// key with the effect, and saves a checkpoint after each. It runs until it is killed.
import Glibc
import Jobs
import Kernel
import Logging
import Postgres
import TestKit

let addEffect = Statement(
  "worker.effect",
  "INSERT INTO effects (account_id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING")
/// Every time that a step was done, repeats as well.
let addTry = Statement(
  "worker.try", "INSERT INTO tries (account_id, job_id, token, step) VALUES ($1, $2, $3, $4)")

let words = CommandLine.arguments
guard words.count == 4, let seed = UInt64(words[3]) else {
  print("jobs-worker <connection> <schema> <seed>")
  exit(2)
}
// Nothing of the parent's is left when the parent is gone.
let parent = getppid()
Task {
  while getppid() == parent { try await RealTime().sleep(for: .milliseconds(200)) }
  exit(1)
}
let settings = try DatabaseSettings(url: words[1], schema: words[2])
let database = Database(settings: settings, time: RealTime(), log: quietLog)
let sessions = Database(settings: settings, time: RealTime(), log: quietLog)
let queue = JobQueue(
  database: database, redis: nil, time: RealTime(), chance: SeededChance(seed: seed),
  log: quietLog)
let runner = JobRunner(
  queue: queue,
  handlers: [
    "steps": { run in
      for step in (Int(run.checkpoint ?? "0") ?? 0)..<3 {
        let scope = Scope.account(run.account)
        let tried: [SQLValue] = [.id(run.account), .id(run.id), .int(run.token), .int(step)]
        _ = try await database.run(addTry, tried, in: scope)
        let effect: [SQLValue] = [.id(run.account), .text(run.key("step-\(step)"))]
        _ = try await database.run(addEffect, effect, in: scope)
        try await RealTime().sleep(for: .milliseconds(2))
        try await run.checkpoint("\(step + 1)")
      }
      return "{}"
    }
  ], concurrency: 8, sessions: sessions)
print("ready")
fflush(nil)
await runner.run()
