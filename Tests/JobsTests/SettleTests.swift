import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@testable import Jobs

@Suite("ends of jobs", .inTurn, .timeLimit(.minutes(10)))
struct SettleTests {
  private static let waiting = Statement(
    "test.waiting",
    """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
    """)

  @Test(
    "an end that waits for somebody who changes the job is written all the same",
    arguments: [QueueQueries.cancel, QueueQueries.wake])
  func waits(_ steering: Statement) async throws {
    let world = try await World.make()
    let id = try await world.add()
    let run = try #require(try await world.claim().first)
    let held = HeldJobs()
    #expect(held.add([run]).count == 1)
    var machine = run.job.machine
    try machine.handle(.ended(.succeeded, token: run.token))
    held.end(run.place, EndedTry(run.job, machine, result: #"{"n": 1}"#, failure: nil))
    let writer = JobWriter(
      queue: world.queue, sessions: world.database, held: held, owner: run.job.owner)

    let settled = try await world.database.transaction(in: .account(account)) { transaction in
      let values: [SQLValue] = [.id(account), .id(id), .instant(world.time.now())]
      #expect(try await transaction.run(steering, values).rowsAffected == 1)
      let settled = Task { await writer.settle() }
      while try await world.database.run(Self.waiting, in: .none).one().int(0) == 0 {}
      return settled
    }
    #expect(await settled.value)

    let job = try await world.job(id)
    #expect(job.state == .succeeded)
    #expect(job.result == #"{"n": 1}"#)
  }
}
