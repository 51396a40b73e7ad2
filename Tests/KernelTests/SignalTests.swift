import Kernel
import Synchronization
import TestKit
import Testing

@Suite("signals", .timeLimit(.minutes(10)))
struct SignalTests {
  private let time = ManualTime()

  @Test("a signal wakes the task that waits")
  func wakes() async throws {
    let signal = Signal()
    let waiter = Task { try await signal.wait(atMost: .seconds(60), time: time) }
    await time.waitForSleepers()
    signal.raise()
    try await waiter.value
  }

  @Test("a signal that nobody waited for is kept, once however often it was raised")
  func kept() async throws {
    let signal = Signal()
    signal.raise()
    signal.raise()
    try await signal.wait(atMost: .seconds(60), time: time)
    let second = Task { try await signal.wait(atMost: .seconds(60), time: time) }
    await time.waitForSleepers()
    time.advance(by: .seconds(60))
    try await second.value
  }

  @Test("waiting ends after the time given")
  func limit() async throws {
    let signal = Signal()
    let waiter = Task { try await signal.wait(atMost: .seconds(60), time: time) }
    await time.waitForSleepers()
    time.advance(by: .seconds(60))
    try await waiter.value
  }

  @Test("a cancelled wait ends")
  func cancelled() async throws {
    let signal = Signal()
    let waiter = Task { try await signal.wait(atMost: .seconds(60), time: time) }
    await time.waitForSleepers()
    waiter.cancel()
    await #expect(throws: CancellationError.self) { try await waiter.value }
  }
}
