import AuthContract
import AutomationContract
import Kernel
import RPC
import RPCTestKit
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import AutomationService

@Suite("What an account may do while its jobs go on", .inTurn, .timeLimit(.minutes(10)))
struct StandingTests {
  @Test(
    "a run pauses when the account is suspended or a module is switched off, and goes on after",
    arguments: ["suspended", "automation", "writer"])
  func runs(what: String) async throws {
    let world = try await AutomationWorld.make(Fakes { $0.isOpen = false })
    let run = try await world.start()
    try await world.working {
      try await world.until { !world.fakes.calls.isEmpty }
      world.fakes.state.withLock {
        if what == "suspended" { $0.isSuspended = true } else { $0.modulesOff = [what] }
        $0.isOpen = true
      }
      let paused = try await world.reaches("paused", run.id)
      #expect(paused.pauseReason == (what == "suspended" ? "suspended" : "module_off"))
      #expect(paused.stages.allSatisfy { $0.failed == 0 })
      // What the writer would do waits; what was begun has ended and is paid for.
      #expect(paused.creditsUsed == (what == "writer" ? 40 : 10))
      world.fakes.state.withLock { ($0.isSuspended, $0.modulesOff) = (false, []) }
      _ = try await world.pipeline.resume(Automation.RunRequest(runID: run.id), world.call())
      #expect(try await world.reaches("completed", run.id).creditsUsed == 90)
    }
  }

  @Test("a task that waits when the account is suspended fails with that reason, untried")
  func tasks() async throws {
    let world = try await AutomationWorld.make()
    let accepted = try await world.tasks.startContent(
      Automation.StartContentRequest(ids: [31, 32]), world.call())
    world.fakes.state.withLock { $0.isSuspended = true }
    let ended = try await world.working { try await world.ends(accepted.taskID) }
    #expect(ended.state == "FAILURE")
    #expect(ended.error == "The account is suspended")
    #expect(world.fakes.calls.isEmpty)
  }

  @Test("while auth is away what it said last is good for a minute, and no longer")
  func away() async throws {
    let fakes = Fakes { $0.modulesOff = ["writer"] }
    let time = ManualTime()
    // Deadlines of calls are measured by the machine's clock.
    time.advance(by: RealTime().monotonic())
    let standings = Standings(
      auth: AuthClient(InProcessTransport(fakes.routes)), age: .seconds(3), time: time)
    let first = try await standings.standing(of: account, requestID: "r")
    #expect(first == Standing(modulesOff: ["writer"]))
    fakes.state.withLock { $0.modulesOff = [] }
    #expect(try await standings.standing(of: account, requestID: "r") == first)
    time.advance(by: .seconds(3))
    #expect(try await standings.standing(of: account, requestID: "r") == Standing())
    fakes.state.withLock { $0.isAuthAway = true }
    time.advance(by: .seconds(59))
    #expect(try await standings.standing(of: account, requestID: "r") == Standing())
    time.advance(by: .seconds(1))
    let refused = try await refusal { try await standings.standing(of: account, requestID: "r") }
    #expect(refused?.code == .unavailable)
  }
}
