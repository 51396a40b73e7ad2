import BillingCore
import Kernel
import Testing

/// Lets chance do anything to an account, and asks after every step whether everything that must
/// always be true is true.
@Suite("Whatever happens")
struct PropertyTests {
  struct Run {
    var world: World
    var now = start
    var chance: Seeded
    var keys = 0

    init(seed: UInt64) {
      chance = Seeded(seed)
      let included = Credits(Int64(chance.below(3)) * 100)
      world = World(
        terms: Terms(
          planName: "Any", included: included, allowsOverage: chance.below(2) == 0))
      let opened = now
      world.run { $0.open(at: opened) }
    }

    mutating func someKey() -> String { "k\(chance.below(keys + 2))" }

    mutating func someExpiry() -> Instant? {
      let reach = chance.below(2) == 0 ? 3_000 : 100_000
      return chance.below(2) == 0 ? nil : now + .seconds(Int64(1 + chance.below(reach)))
    }

    mutating func step() {
      now = now + .seconds(Int64(chance.below(chance.below(20) == 0 ? 3_000_000 : 900)))
      switch chance.below(11) {
      case 0:
        world.grant(
          Int64(1 + chance.below(50)), as: LotKind.allCases[chance.below(4)],
          until: someExpiry(), at: now)
      case 1...3:
        keys += 1
        _ = world.authorize(
          Int64(1 + chance.below(40)), key: someKey(), for: Int64(1 + chance.below(4_000)),
          at: now)
      case 4:
        let batch = (0..<chance.below(4)).map { _ in (Int64(1 + chance.below(15)), someKey()) }
        _ = world.authorizeAll(batch, at: now)
      case 5, 6:
        let actual: ActualCost =
          chance.below(3) == 0 ? .wholeHold : .credits(Credits(Int64(chance.below(60))))
        _ = world.capture(someKey(), actual, at: now)
      case 7: _ = world.release(someKey(), at: now)
      case 8:
        let key = someKey()
        if world.hold(key) != nil {
          _ = world.extend(key, until: now + .seconds(Int64(chance.below(5_000))), at: now)
        }
      case 9:
        let (moment, isPause) = (now, chance.below(2) == 0)
        world.run(at: now) { ledger in
          if isPause { ledger.pause(since: moment, at: moment) } else { ledger.unpause(at: moment) }
        }
      default: _ = world.adjust(by: Int64(chance.below(61)) - 30, at: now)
      }
    }
  }

  @Test("every rule of the ledger holds after every step", arguments: 1...60 as ClosedRange<UInt64>)
  func rules(seed: UInt64) {
    var run = Run(seed: seed)
    for step in 1...250 {
      run.step()
      let faults = run.world.faults
      #expect(faults.isEmpty, "seed \(seed), step \(step): \(faults)")
      if !faults.isEmpty { return }
    }
  }

  @Test("entries are in the order of their times", arguments: 100...120 as ClosedRange<UInt64>)
  func order(seed: UInt64) {
    var run = Run(seed: seed)
    for _ in 1...250 { run.step() }
    let times = run.world.entries.map(\.at)
    #expect(times == times.sorted(), "seed \(seed)")
  }

  @Test("no period is paid twice", arguments: 200...220 as ClosedRange<UInt64>)
  func periods(seed: UInt64) {
    var run = Run(seed: seed)
    for _ in 1...250 { run.step() }
    let keys = run.world.entries.compactMap(\.key)
    #expect(Set(keys).count == keys.count, "seed \(seed)")
  }

  @Test(
    "sweeping often or never comes to the same entries",
    arguments: 300...330 as ClosedRange<UInt64>)
  func sweeps(seed: UInt64) {
    var (swept, unswept) = (Run(seed: seed), Run(seed: seed))
    for _ in 1...120 {
      let from = swept.now
      swept.step()
      unswept.step()
      // What a sweeper does between two steps changes no entry, no lot and no hold.
      var moment = swept.now
      while moment < from + .seconds(30) {
        swept.world.settle(at: moment)
        moment = moment + .seconds(7)
      }
      let end = max(moment, swept.now)
      (swept.now, unswept.now) = (end, end)
    }
    swept.world.settle(at: swept.now)
    unswept.world.settle(at: unswept.now)
    #expect(swept.world.entries == unswept.world.entries, "seed \(seed)")
    #expect(swept.world.holds == unswept.world.holds, "seed \(seed)")
  }
}
