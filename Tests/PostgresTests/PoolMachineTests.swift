import Foundation
import Kernel
import TestKit
import Testing

@testable import Postgres

@Suite("the pool machine")
struct PoolMachineTests {
  private static let limits = PoolMachine.Limits(
    minSessions: 1, maxSessions: 2, idleLimit: .seconds(60), lifetime: .seconds(600),
    maxWaiters: 3)

  private func machine(
    _ change: (inout PoolMachine.Limits) -> Void = { _ in }
  ) -> PoolMachine {
    var limits = Self.limits
    change(&limits)
    return PoolMachine(
      limits: limits, backoff: Backoff(base: .milliseconds(100), limit: .seconds(1)),
      chance: SeededChance(seed: 1))
  }

  private func seconds(_ seconds: Int) -> Duration { .seconds(seconds) }

  @Test("it opens the least number of sessions at the start")
  func start() {
    var pool = machine()
    #expect(pool.handle(.ticked, at: .zero).contains(.open(1)))
    #expect(pool.state(of: 1) == .connecting)
    #expect(pool.handle(.opened(1), at: .zero) == [])
    #expect(pool.state(of: 1) == .idle)
  }

  @Test("a request gets the idle session, the next one opens another, the third waits")
  func requests() {
    var pool = machine { $0.minSessions = 0 }
    #expect(
      pool.handle(.requested(1, giveUpAt: seconds(5)), at: .zero)
        == [.wake(at: seconds(5)), .open(1)])
    #expect(pool.handle(.opened(1), at: .zero) == [.assign(request: 1, session: 1)])
    #expect(pool.handle(.requested(2, giveUpAt: seconds(5)), at: .zero).contains(.open(2)))
    #expect(
      pool.handle(.requested(3, giveUpAt: seconds(5)), at: .zero) == [.wake(at: seconds(5))])
    #expect(pool.handle(.opened(2), at: .zero) == [.assign(request: 2, session: 2)])
    #expect(pool.handle(.released(1), at: .zero) == [.assign(request: 3, session: 1)])
    #expect(pool.state(of: 1) == .busy)
    _ = pool.handle(.released(1), at: .zero)
    #expect(pool.state(of: 1) == .idle)
  }

  @Test("who waits longest is served first, and who gave up is passed over")
  func fairness() {
    var pool = machine { $0.maxSessions = 1 }
    _ = pool.handle(.requested(1, giveUpAt: seconds(5)), at: .zero)
    _ = pool.handle(.opened(1), at: .zero)
    for request in UInt64(2)...4 {
      _ = pool.handle(.requested(request, giveUpAt: seconds(5)), at: .zero)
    }
    _ = pool.handle(.withdrawn(2), at: .zero)
    #expect(pool.handle(.released(1), at: .zero) == [.assign(request: 3, session: 1)])
    #expect(pool.handle(.released(1), at: .zero) == [.assign(request: 4, session: 1)])
  }

  @Test("one waiter too many is refused at once")
  func tooMany() {
    var pool = machine { $0.maxSessions = 1 }
    _ = pool.handle(.requested(1, giveUpAt: seconds(5)), at: .zero)
    _ = pool.handle(.opened(1), at: .zero)
    for request in UInt64(2)...4 {
      _ = pool.handle(.requested(request, giveUpAt: seconds(5)), at: .zero)
    }
    let actions = pool.handle(.requested(5, giveUpAt: seconds(5)), at: .zero)
    #expect(actions == [.refuse(5, .exhausted)])
    #expect(pool.waiterCount == 3)
  }

  @Test("a wait that is over is refused: exhausted with a session, unavailable without one")
  func late() {
    var busy = machine { $0.maxSessions = 1 }
    _ = busy.handle(.requested(1, giveUpAt: seconds(9)), at: .zero)
    _ = busy.handle(.opened(1), at: .zero)
    _ = busy.handle(.requested(2, giveUpAt: seconds(5)), at: .zero)
    #expect(!busy.handle(.ticked, at: seconds(4)).contains(.refuse(2, .exhausted)))
    #expect(busy.handle(.ticked, at: seconds(5)).contains(.refuse(2, .exhausted)))

    var down = machine()
    _ = down.handle(.requested(1, giveUpAt: seconds(5)), at: .zero)
    _ = down.handle(.openFailed(1), at: .zero)
    #expect(down.handle(.ticked, at: seconds(5)).contains(.refuse(1, .unavailable)))
  }

  @Test("while the server refuses, attempts come one at a time and further and further apart")
  func backsOff() {
    var pool = machine()
    var now = Duration.zero
    _ = pool.handle(.requested(1, giveUpAt: seconds(100)), at: now)
    var waits: [Duration] = []
    for attempt in 1...8 {
      let actions = pool.handle(.openFailed(attempt), at: now)
      guard case .wake(let time)? = actions.first else {
        Issue.record("no wake: \(actions)")
        return
      }
      waits.append(time - now)
      #expect(
        !pool.handle(.requested(UInt64(attempt + 1), giveUpAt: seconds(100)), at: now)
          .contains { if case .open = $0 { true } else { false } })
      _ = pool.handle(.withdrawn(UInt64(attempt + 1)), at: now)
      now = time
      #expect(pool.handle(.ticked, at: now).contains(.open(attempt + 1)))
    }
    #expect(waits.allSatisfy { $0 >= .milliseconds(50) && $0 <= .seconds(1) })
    #expect(waits[4] > waits[0])
    #expect(pool.handle(.opened(9), at: now).first == .assign(request: 1, session: 9))
  }

  @Test("a lost session is replaced when somebody waits or too few are left")
  func lost() {
    var pool = machine()
    _ = pool.handle(.requested(1, giveUpAt: seconds(5)), at: .zero)
    _ = pool.handle(.opened(1), at: .zero)
    _ = pool.handle(.released(1), at: seconds(1))
    #expect(pool.handle(.lost(1), at: seconds(1)) == [.open(2)])
    #expect(pool.handle(.lost(1), at: seconds(1)) == [])
    #expect(pool.sessionCount == 1)
  }

  @Test("sessions that break before anybody used them are opened further and further apart")
  func lostUnused() {
    var pool = machine()
    _ = pool.handle(.ticked, at: .zero)
    var now = Duration.zero
    var waits: [Duration] = []
    for session in 1...6 {
      _ = pool.handle(.opened(session), at: now)
      guard case .wake(let time)? = pool.handle(.lost(session), at: now).first else {
        Issue.record("session \(session) is replaced at once")
        return
      }
      waits.append(time - now)
      now = time
      #expect(pool.handle(.ticked, at: now).contains(.open(session + 1)))
    }
    #expect(waits[0] >= .milliseconds(50) && waits[5] > waits[0])
  }

  @Test("many attempts that fail together count as one")
  func failTogether() {
    var pool = machine { $0.maxSessions = 8 }
    for request in UInt64(1)...3 {
      _ = pool.handle(.requested(request, giveUpAt: seconds(100)), at: .zero)
    }
    var last: [PoolMachine.Action] = []
    for session in 1...3 { last = pool.handle(.openFailed(session), at: .zero) }
    guard case .wake(let time)? = last.first else {
      Issue.record("no wake: \(last)")
      return
    }
    #expect(time <= .milliseconds(100))
    #expect(pool.currentFigures.failed == 3)
  }

  @Test("once a session shows that the server is not the right one any more, all are replaced")
  func outdated() {
    var pool = machine()
    for request in UInt64(1)...2 {
      _ = pool.handle(.requested(request, giveUpAt: seconds(5)), at: .zero)
    }
    for session in 1...2 { _ = pool.handle(.opened(session), at: .zero) }
    _ = pool.handle(.released(1), at: .zero)
    #expect(pool.handle(.outdated, at: .zero) == [.close(1)])
    #expect(pool.handle(.released(2), at: .zero) == [.close(2), .open(3)])
    _ = pool.handle(.opened(3), at: .zero)
    #expect(pool.state(of: 3) == .idle)
  }

  @Test("the figures say who is there and what happened")
  func figures() {
    var pool = machine()
    for request in UInt64(1)...6 {
      _ = pool.handle(.requested(request, giveUpAt: seconds(5)), at: .zero)
    }
    _ = pool.handle(.opened(1), at: .zero)
    var expected = PoolFigures()
    (expected.inUse, expected.connecting, expected.waiting) = (1, 1, 2)
    (expected.requested, expected.opened, expected.exhausted) = (6, 1, 3)
    #expect(pool.currentFigures == expected)
    _ = pool.handle(.ticked, at: seconds(5))
    _ = pool.handle(.openFailed(2), at: seconds(5))
    _ = pool.handle(.released(1), at: seconds(5))
    (expected.inUse, expected.connecting, expected.waiting, expected.idle) = (0, 0, 0, 1)
    (expected.failed, expected.exhausted) = (1, 5)
    #expect(pool.currentFigures == expected)
    _ = pool.handle(.lost(1), at: seconds(5))
    #expect(pool.currentFigures.lost == 1)
  }

  @Test("a session idle too long is closed, but not the last ones")
  func idles() {
    var pool = machine()
    for request in UInt64(1)...2 {
      _ = pool.handle(.requested(request, giveUpAt: seconds(5)), at: .zero)
    }
    for session in 1...2 { _ = pool.handle(.opened(session), at: .zero) }
    _ = pool.handle(.released(1), at: seconds(1))
    #expect(pool.handle(.released(2), at: seconds(2)).contains(.wake(at: seconds(62))))
    #expect(!pool.handle(.ticked, at: seconds(60)).contains(.close(1)))
    #expect(pool.handle(.ticked, at: seconds(61)).contains(.close(1)))
    #expect(!pool.handle(.ticked, at: seconds(200)).contains(.close(2)))
    #expect(pool.idleCount == 1)
  }

  @Test("a session past its lifetime is closed when idle, or as soon as it is given back")
  func ages() {
    var pool = machine()
    _ = pool.handle(.ticked, at: .zero)
    _ = pool.handle(.opened(1), at: .zero)
    #expect(pool.handle(.ticked, at: seconds(600)).starts(with: [.close(1), .open(2)]))
    _ = pool.handle(.opened(2), at: seconds(600))
    _ = pool.handle(.requested(1, giveUpAt: seconds(2_000)), at: seconds(600))
    #expect(pool.handle(.released(2), at: seconds(1_200)) == [.close(2), .open(3)])
  }

  @Test("closing refuses who waits, closes what is idle and ends when the last is back")
  func closing() {
    var pool = machine { $0.minSessions = 2 }
    _ = pool.handle(.ticked, at: .zero)
    for session in 1...2 { _ = pool.handle(.opened(session), at: .zero) }
    _ = pool.handle(.requested(1, giveUpAt: seconds(5)), at: .zero)
    #expect(pool.handle(.closing, at: .zero) == [.close(1)])
    #expect(
      pool.handle(.requested(2, giveUpAt: seconds(5)), at: .zero) == [.refuse(2, .closed)])
    #expect(pool.handle(.released(2), at: .zero) == [.close(2), .drained])
    var empty = machine()
    #expect(empty.handle(.closing, at: .zero) == [.drained])
  }

  @Test("whatever happens, no session serves two, and no more exist than may", arguments: 1...20)
  func anything(seed: Int) {
    let chance = SeededChance(seed: UInt64(seed))
    var pool = machine { $0.maxSessions = 3 }
    var now = Duration.zero
    var connecting: Set<Int> = []
    var open: Set<Int> = []
    var busy: [Int: UInt64] = [:]
    var waiting: Set<UInt64> = []
    for step in UInt64(1)...2_000 {
      now += .milliseconds(chance.below(500))
      let event = event(step, now, chance, connecting, open, busy, waiting)
      switch event {
      case .requested(let request, _): waiting.insert(request)
      case .withdrawn(let request): waiting.remove(request)
      case .opened(let session):
        connecting.remove(session)
        open.insert(session)
      case .openFailed(let session): connecting.remove(session)
      case .released(let session): busy[session] = nil
      case .lost(let session):
        open.remove(session)
        busy[session] = nil
      case .outdated, .ticked, .closing: break
      }
      for action in pool.handle(event, at: now) {
        switch action {
        case .open(let session): connecting.insert(session)
        case .assign(let request, let session):
          #expect(open.contains(session) && busy[session] == nil, "seed \(seed) step \(step)")
          #expect(waiting.remove(request) != nil, "seed \(seed) step \(step)")
          busy[session] = request
        case .close(let session):
          #expect(busy[session] == nil, "seed \(seed) step \(step)")
          open.remove(session)
        case .refuse(let request, _): waiting.remove(request)
        case .wake, .drained: break
        }
      }
      #expect(open.count + connecting.count <= 3, "seed \(seed) step \(step)")
      #expect(pool.sessionCount == open.count + connecting.count)
      #expect(pool.waiterCount == waiting.count)
      #expect(waiting.isEmpty || busy.count == open.count, "seed \(seed) step \(step)")
    }
  }

  private func event(
    _ step: UInt64, _ now: Duration, _ chance: SeededChance, _ connecting: Set<Int>,
    _ open: Set<Int>, _ busy: [Int: UInt64], _ waiting: Set<UInt64>
  ) -> PoolMachine.Event {
    func any<T: Comparable>(_ set: some Collection<T>) -> T? {
      set.isEmpty ? nil : set.sorted()[chance.below(set.count)]
    }
    switch chance.below(12) {
    case 0..<4: return .requested(step, giveUpAt: now + .seconds(3))
    case 4: return any(waiting).map { .withdrawn($0) } ?? .ticked
    case 5, 6: return any(connecting).map { .opened($0) } ?? .ticked
    case 7: return any(connecting).map { .openFailed($0) } ?? .ticked
    case 8, 9: return any(busy.keys).map { .released($0) } ?? .ticked
    case 10: return any(open).map { .lost($0) } ?? .ticked
    default: return .ticked
    }
  }

  @Test("the picture beside the machine shows exactly its states")
  func picture() throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let file = tests.appendingPathComponent("../../Shared/Postgres/PoolMachine.swift")
    let source = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(source.range(of: "stateDiagram-v2"))
    let end = try #require(source.range(of: "```", range: start.upperBound..<source.endIndex))
    let arrows = source[start.upperBound..<end.lowerBound].split(separator: "\n")
      .map { $0.drop { $0 == "/" || $0 == " " } }.filter { $0.contains("-->") }
    let names = arrows.flatMap { $0.split(separator: ":")[0].split(separator: " ") }
    let states = Set(names.map(String.init)).subtracting(["[*]", "-->"])
    #expect(states == Set(PoolMachine.State.allCases.map(\.rawValue)))
  }
}
