import Kernel
import Logging
import Synchronization
import Telemetry
import TestKit
import TestTraits
import Testing

@testable import Runtime

@Suite("background tasks", .inTurn, .timeLimit(.minutes(10)))
struct BackgroundTests {
  struct Broken: Error, CustomStringConvertible {
    let description: String
  }

  let time = ManualTime()
  let lines = Lines()

  var runner: BackgroundRunner {
    BackgroundRunner(
      time: time, chance: SeededChance(seed: 1),
      log: Logger(service: "test", time: time, output: lines.output))
  }

  @Test("a task that fails is started again, later each time, and the same reason is logged once")
  func restart() async {
    let starts = Mutex(0)
    let runner = runner
    let running = Task {
      await runner.keepRunning(
        BackgroundTask("t") {
          let count = starts.withLock { count in
            count += 1
            return count
          }
          if count < 5 { throw Broken(description: count < 4 ? "same" : "other") }
        })
    }
    for _ in 1..<5 {
      await time.waitForSleepers()
      time.advance(by: .seconds(30))
    }
    await running.value
    #expect(starts.withLock { $0 } == 5)
    #expect(lines.count(of: "\"same\"") == 1)
    #expect(lines.count(of: "\"other\"") == 1)
  }

  @Test("waits grow from failure to failure")
  func backoff() async {
    let runner = runner
    let running = Task {
      await runner.keepRunning(BackgroundTask("t") { throw Broken(description: "x") })
    }
    await time.waitForSleepers()
    // Between half and all of 200 ms.
    time.advance(by: .milliseconds(200))
    await time.waitForSleepers()
    // Between half and all of 400 ms: 100 ms are too short.
    time.advance(by: .milliseconds(100))
    #expect(time.sleeperCount == 1)
    running.cancel()
    await running.value
    #expect(time.sleeperCount == 0)
  }

  @Test("a cancelled task ends without a word")
  func cancellation() async {
    let time = time
    let runner = runner
    let running = Task {
      await runner.keepRunning(BackgroundTask("t") { try await time.sleep(for: .seconds(60)) })
    }
    await time.waitForSleepers()
    running.cancel()
    await running.value
    #expect(lines.count(of: "background") == 0)
  }

  @Test("repeated work comes again an interval after its end")
  func repeating() async {
    let count = Mutex(0)
    let task = BackgroundTask.repeating("t", every: .seconds(10), time: time) {
      count.withLock { $0 += 1 }
    }
    let running = Task { try await task.run() }
    for expected in 1...3 {
      await time.waitForSleepers()
      #expect(count.withLock { $0 } == expected)
      time.advance(by: .seconds(10))
    }
    running.cancel()
    _ = await running.result
  }
}

@Suite("the system's time and chance")
struct SystemTests {
  @Test("the clocks go on, and sleeping can be cancelled")
  func time() async {
    let time = SystemTime()
    let before = (time.now(), time.monotonic())
    #expect(before.0 > Instant(seconds: 1_700_000_000))
    try? await time.sleep(for: .milliseconds(2))
    #expect(time.monotonic() - before.1 >= .milliseconds(2))
    let sleeping = Task { try await time.sleep(for: .seconds(1_000)) }
    sleeping.cancel()
    await #expect(throws: CancellationError.self) { try await sleeping.value }
  }

  @Test("chance does not repeat")
  func chance() {
    let chance = SystemChance()
    #expect(Set((0..<100).map { _ in chance.next() }).count == 100)
  }
}
