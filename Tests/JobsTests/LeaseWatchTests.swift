import Kernel
import Testing

@testable import Jobs

@Suite("who is not heard of any more")
struct LeaseWatchTests {
  private let lease = Duration.seconds(3)

  private func running(_ id: Int64, token: Int64 = 1, until: Int64) -> LeaseWatch.Lease {
    LeaseWatch.Lease(
      key: HeldJobs.Key(account: account, id: JobID(id), token: token),
      until: Instant(seconds: until))
  }

  /// Looks every half second at what `leases` gives for the number of the look; the first look at
  /// which something was lost.
  private func firstLoss(
    looks: Int, _ leases: (Int) -> [LeaseWatch.Lease]
  ) -> Int? {
    var watch = LeaseWatch(lease: lease)
    for number in 0..<looks {
      let now = watch.every * number
      if !watch.look(leases(number), began: now, ended: now).isEmpty { return number }
    }
    return nil
  }

  @Test("a job whose lease stands still for a lease is lost, and not sooner")
  func silent() {
    #expect(firstLoss(looks: 20) { _ in [running(1, until: 100)] } == 6)
  }

  @Test("a job whose lease moves is never lost, wherever it moves to")
  func moving() {
    let ends: [Int64] = [100, 3_700, -3_500, 0]
    #expect(firstLoss(looks: 200) { [running(1, until: ends[$0 / 5 % ends.count])] } == nil)
  }

  @Test("a job claimed again is another one")
  func claimedAgain() {
    #expect(firstLoss(looks: 30) { [running(1, token: Int64($0 / 5), until: 100)] } == nil)
  }

  @Test("a job that was not seen for a look begins anew")
  func unseen() {
    #expect(firstLoss(looks: 30) { $0 % 5 == 0 ? [] : [running(1, until: 100)] } == nil)
  }

  @Test("time in which the observer stood still does not make a job lost")
  func stall() {
    var watch = LeaseWatch(lease: lease)
    let jobs = [running(1, until: 100)]
    for number in 0..<6 {
      let now = Duration.seconds(600) * number
      #expect(watch.look(jobs, began: now, ended: now).isEmpty)
    }
    #expect(watch.look(jobs, began: .seconds(3_600), ended: .seconds(3_600)) == jobs)
  }

  @Test("the time that a look itself takes does not count")
  func slowLook() {
    var watch = LeaseWatch(lease: lease)
    let jobs = [running(1, until: 100)]
    for number in 0..<20 {
      let began = Duration.seconds(60) * number
      #expect(watch.look(jobs, began: began, ended: began + .seconds(60)).isEmpty)
    }
  }
}
