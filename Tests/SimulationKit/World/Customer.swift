import BillingContract
import Jobs
import Kernel
import Logging
import RPC
import TestKit

/// Gives the workers something to do: puts jobs in, wakes, cancels and repeats them, and buys
/// credits.
struct Customer: Sendable {
  static let accounts: ClosedRange<Int64> = 1...12
  /// Jobs that are open at once.
  private static let mostOpenJobs = 120
  private static let firstCredits: Int64 = 500

  let process: Process
  let queue: JobQueue
  let billing: any RPCCaller
  let simulation: Simulation

  private var chance: SeededChance { process.chance }

  func run() async {
    await openAccounts()
    while !Task.isCancelled, simulation.isBusy {
      let isFull = simulation.judge.openJobCount >= Self.mostOpenJobs
      do {
        switch chance.below(20) {
        case 0: try await buyCredits()
        case 1, 2, 3: try await steer()
        default: if !isFull { try await enqueue() }
        }
      } catch {
        // Somebody was away: a person would try something else.
      }
      let pause = isFull ? 200 : 20
      try? await process.time.sleep(for: .milliseconds(1 + chance.below(pause)))
    }
    while !Task.isCancelled {
      // The last ones that wait for somebody are woken.
      for id in simulation.judge.openJobs {
        guard let row = simulation.judge.job(id), row.state == .waiting else { continue }
        _ = try? await queue.wake(JobID(id), of: AccountID(row.account))
      }
      try? await process.time.sleep(for: .seconds(5))
    }
  }

  private func call(_ account: Int64?, key: String? = nil) -> OutgoingCall {
    let context = CallContext(
      requestID: "customer", actor: .service, account: account.map { AccountID($0) },
      role: .systemBot)
    return OutgoingCall(
      context: context, deadline: Deadline(in: .seconds(10), of: process.time),
      idempotencyKey: key)
  }

  private func openAccounts() async {
    let billing = BillingClient(billing)
    for account in Self.accounts where !simulation.hasCredits(account) {
      while !simulation.hasCredits(account) {
        _ = try? await billing.openAccount(
          Billing.OpenAccountRequest(accountID: account), call(nil))
      }
    }
  }

  private func buyCredits() async throws {
    let account = anyAccount()
    let request = Billing.AdjustCreditsRequest(
      accountID: account, amount: Int64(1 + chance.below(50)) * 20, reason: "bought",
      expiresAt: chance.below(4) == 0 ? process.time.now() + .seconds(600) : nil)
    _ = try await BillingClient(billing).adjustCredits(
      request, call(account, key: "purchase/\(chance.next())"))
  }

  private func anyAccount() -> Int64 {
    // The first one wants more than its share.
    chance.below(4) == 0 ? 1 : Int64(1 + chance.below(Self.accounts.count))
  }

  private func enqueue() async throws {
    let kind = Work.kinds[chance.below(Work.kinds.count)]
    let request = JobRequest(
      kind: kind, account: AccountID(anyAccount()), payload: "{}",
      key: chance.below(2) == 0 ? "order/\(chance.next())" : nil,
      priority: JobPriority.allCases[chance.below(3)],
      runAt: chance.below(5) == 0
        ? process.time.now() + .milliseconds(chance.below(20_000)) : nil,
      maxAttempts: 8)
    do { try await queue.enqueue(request) } catch {
      // Whether it is there is not known: the same key again makes it one job, not two.
      if request.key != nil { try await queue.enqueue(request) }
    }
  }

  private func steer() async throws {
    let open = simulation.judge.openJobs
    guard !open.isEmpty else { return }
    let id = open[chance.below(open.count)]
    guard let row = simulation.judge.job(id) else { return }
    let (job, account) = (JobID(id), AccountID(row.account))
    switch chance.below(8) {
    case 0: try await queue.cancel(job, of: account)
    case 1: try await retryAny()
    default: try await queue.wake(job, of: account)
    }
  }

  /// Repeats a job that has failed, if the one that is hit has.
  private func retryAny() async throws {
    let id = Int64(1 + chance.below(max(1, simulation.judge.jobCount)))
    guard let row = simulation.judge.job(id), row.state == JobState.failed else { return }
    try await queue.retry(JobID(id), of: AccountID(row.account))
  }
}
