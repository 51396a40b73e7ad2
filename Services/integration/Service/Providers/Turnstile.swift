import Kernel
import Synchronization

/// Lets so many calls of one account, and of one provider, be under way at once; the others wait in
/// the order in which they came.
final class Turnstile: Sendable {
  private struct Waiter {
    let id: Int
    let account: AccountID
    let place: String
    let signal: Signal
  }

  private struct State {
    var accounts: [AccountID: Int] = [:]
    var places: [String: Int] = [:]
    var waiting: [Waiter] = []
    var admitted: Set<Int> = []
    var nextID = 0
  }

  private let perAccount: Int
  private let perPlace: Int
  private let time: any TimeSource
  private let state = Mutex(State())

  init(perAccount: Int, perPlace: Int, time: any TimeSource) {
    (self.perAccount, self.perPlace, self.time) = (perAccount, perPlace, time)
  }

  /// Runs a piece of work when there is room.
  /// - Throws: `AIFailure.crowded` when there is none until the deadline; what the work throws.
  func pass<Result: Sendable>(
    _ account: AccountID, to place: String, until deadline: Deadline,
    _ work: () async throws -> Result
  ) async throws -> Result {
    try await enter(account, place, deadline)
    defer { leave(account, place) }
    return try await work()
  }

  /// Calls that wait now.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  private func enter(_ account: AccountID, _ place: String, _ deadline: Deadline) async throws {
    let waiter = state.withLock { state -> Waiter? in
      if hasRoom(state, account, place) {
        take(&state, account, place)
        return nil
      }
      state.nextID += 1
      let waiter = Waiter(id: state.nextID, account: account, place: place, signal: Signal())
      state.waiting.append(waiter)
      return waiter
    }
    guard let waiter else { return }
    do {
      try await waiter.signal.wait(atMost: max(.zero, deadline.left(of: time)), time: time)
    } catch {
      if withdraw(waiter) { leave(account, place) }
      throw error
    }
    guard withdraw(waiter) else { throw AIFailure.crowded }
  }

  /// Whether it had been let in.
  private func withdraw(_ waiter: Waiter) -> Bool {
    state.withLock { state in
      state.waiting.removeAll { $0.id == waiter.id }
      return state.admitted.remove(waiter.id) != nil
    }
  }

  private func leave(_ account: AccountID, _ place: String) {
    let next = state.withLock { state -> [Waiter] in
      state.accounts[account] = less(state.accounts[account])
      state.places[place] = less(state.places[place])
      var admitted: [Waiter] = []
      var staying: [Waiter] = []
      for waiter in state.waiting {
        guard hasRoom(state, waiter.account, waiter.place) else {
          staying.append(waiter)
          continue
        }
        take(&state, waiter.account, waiter.place)
        state.admitted.insert(waiter.id)
        admitted.append(waiter)
      }
      state.waiting = staying
      return admitted
    }
    for waiter in next { waiter.signal.raise() }
  }

  private func hasRoom(_ state: State, _ account: AccountID, _ place: String) -> Bool {
    state.accounts[account, default: 0] < perAccount && state.places[place, default: 0] < perPlace
  }

  private func take(_ state: inout State, _ account: AccountID, _ place: String) {
    state.accounts[account, default: 0] += 1
    state.places[place, default: 0] += 1
  }

  private func less(_ count: Int?) -> Int? {
    guard let count, count > 1 else { return nil }
    return count - 1
  }
}
