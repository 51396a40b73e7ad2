import Synchronization
import Testing

/// Lets a few tests run at a time, where the runner would begin all of them: each has a database
/// and services of its own, many of them calls by the dozen, and all at once would only wait for
/// one another until they missed their deadlines.
package struct Turns: SuiteTrait, TestTrait, TestScoping {
  private static let room = Room(places: 4)

  /// How many places a test takes.
  let places: Int

  package var isRecursive: Bool { true }

  /// Tests wait, each with all its arguments; suites and single arguments do not.
  package func scopeProvider(for test: Test, testCase: Test.Case?) -> Turns? {
    test.isSuite || testCase != nil ? nil : self
  }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    await Self.room.enter(places)
    defer { Self.room.leave(places) }
    try await function()
  }
}

extension Trait where Self == Turns {
  /// The usual: beside others, but not beside all.
  package static var inTurn: Turns { Turns(places: 1) }
  /// With no other test of the room beside it.
  package static var alone: Turns { Turns(places: 4) }
}

/// Places that are given in the order in which they were asked for.
private final class Room: Sendable {
  private struct State {
    var free: Int
    var waiting: [(places: Int, turn: CheckedContinuation<Void, Never>)] = []
  }

  private let state: Mutex<State>

  init(places: Int) { state = Mutex(State(free: places)) }

  func enter(_ places: Int) async {
    await withCheckedContinuation { turn in
      admit { $0.waiting.append((places, turn)) }
    }
  }

  func leave(_ places: Int) { admit { $0.free += places } }

  private func admit(_ change: (inout State) -> Void) {
    let admitted = state.withLock { state in
      change(&state)
      var admitted: [CheckedContinuation<Void, Never>] = []
      while let next = state.waiting.first, next.places <= state.free {
        state.free -= next.places
        admitted.append(state.waiting.removeFirst().turn)
      }
      return admitted
    }
    for turn in admitted { turn.resume() }
  }
}
