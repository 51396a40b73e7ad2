import Kernel
import NIOCore
import RPC
import Synchronization
import TestKit

/// So many calls a second, whatever becomes of them.
final class Load: Sendable {
  struct Tally: Sendable {
    var answered = 0
    var failed: [String: Int] = [:]
    var slowest = Duration.zero
    var times: [Duration] = []
    /// When the last call failed.
    var lastFailure = Duration.zero

    var calls: Int { answered + failed.values.reduce(0, +) }
  }

  private let client: RPCClient
  private let methods: [MethodInfo]
  private let rate: Int
  private let timeout: Duration
  private let tally = Mutex(Tally())
  private let isOver = Atomic(false)
  private let running = Mutex<Task<Void, Never>?>(nil)
  private let time = RealTime()

  init(_ client: RPCClient, _ methods: [MethodInfo], rate: Int, timeout: Duration = .seconds(10)) {
    (self.client, self.methods, self.rate) = (client, methods, rate)
    self.timeout = timeout
  }

  /// Makes calls until `stop`.
  func start() {
    let task = Task { await makeCalls() }
    running.withLock { $0 = task }
  }

  /// What has come of the calls, once all have ended.
  func stop() async -> Tally {
    isOver.store(true, ordering: .relaxed)
    await running.withLock { $0 }?.value
    return tally.withLock { $0 }
  }

  private func makeCalls() async {
    await withDiscardingTaskGroup { group in
      let start = time.monotonic()
      var made = 0
      while !isOver.load(ordering: .relaxed) {
        let due = Int((time.monotonic() - start).microseconds) * rate / 1_000_000
        for number in made..<max(made, due) {
          group.addTask { await self.call(self.methods[number % self.methods.count]) }
        }
        made = max(made, due)
        try? await time.sleep(for: .milliseconds(2))
      }
    }
  }

  private func call(_ method: MethodInfo) async {
    let start = time.monotonic()
    var failure: String?
    do {
      _ = try await client.call(
        method, ByteBuffer(repeating: 1, count: 200), Faults.call(timeout: timeout))
    } catch {
      failure = "\(method.name) \(error)"
    }
    let end = time.monotonic()
    tally.withLock { tally in
      guard let failure else {
        tally.answered += 1
        tally.slowest = max(tally.slowest, end - start)
        if tally.times.count < 1 << 20 { tally.times.append(end - start) }
        return
      }
      tally.failed[failure, default: 0] += 1
      tally.lastFailure = end
    }
  }
}
