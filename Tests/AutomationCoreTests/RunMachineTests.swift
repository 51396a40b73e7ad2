import Testing

@testable import AutomationCore

@Suite("What may happen to a run")
struct RunMachineTests {
  static let events: [RunMachine.Event] = [
    .started, .paused(.user), .paused(.creditCap), .resumed, .cancelled, .finished, .stageFailed,
  ]

  @Test("a run goes from created over running to completed")
  func straight() throws {
    var machine = RunMachine()
    try machine.handle(.started)
    #expect(machine.state == .running)
    try machine.handle(.finished)
    #expect(machine.state == .completed)
  }

  @Test("a worker that takes over a running run changes nothing")
  func takeover() throws {
    var machine = RunMachine(state: .running)
    try machine.handle(.started)
    #expect(machine == RunMachine(state: .running))
  }

  @Test("a pause keeps its first reason, and resuming takes it away")
  func pause() throws {
    var machine = RunMachine(state: .running)
    try machine.handle(.paused(.insufficientCredits))
    try machine.handle(.paused(.user))
    #expect(machine.pauseReason == .insufficientCredits)
    try machine.handle(.resumed)
    #expect(machine == RunMachine(state: .running))
  }

  @Test("a paused run is not started by its worker")
  func pausedIsNotStarted() {
    var machine = RunMachine(state: .paused, pauseReason: .user)
    #expect(throws: RunMachine.Refusal.wrongState(.paused)) { try machine.handle(.started) }
    #expect(machine == RunMachine(state: .paused, pauseReason: .user))
  }

  @Test(
    "what has ended stays as it is",
    arguments: [RunState.completed, .failed, .cancelled], events)
  func ended(state: RunState, event: RunMachine.Event) {
    var machine = RunMachine(state: state)
    try? machine.handle(event)
    #expect(machine == RunMachine(state: state))
  }

  @Test("only a paused run has a reason", arguments: RunState.allCases, events)
  func reason(state: RunState, event: RunMachine.Event) {
    var machine = RunMachine(state: state, pauseReason: .creditCap)
    try? machine.handle(event)
    #expect((machine.pauseReason != nil) == (machine.state == .paused))
  }
}
