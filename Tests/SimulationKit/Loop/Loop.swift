import Kernel
import Synchronization

/// Runs a whole system on one thread in a time of its own: one step after the other, each chosen by
/// a seeded generator, so that the same seed gives the same run.
///
/// A step is either a piece of a task that is ready or something that happens at a time: a message
/// that arrives, a sleeper who wakes. Time moves only when no task is ready. Each step is done in
/// the name of an owner, a simulated process, and what it makes ready is that owner's, too. So
/// whatever passes between processes passes as an event of the receiver.
package final class Loop: Sendable {
  /// A simulated process in one of its lives; 0 is the world around them.
  package typealias Owner = Int

  fileprivate struct Ready {
    let job: UnownedJob
    let owner: Owner
  }

  fileprivate struct State {
    var now: Int64 = 0
    var order: UInt64 = 0
    var ready: [Ready] = []
    var events = EventQueue()
    var current: Owner = 0
    var dead: Set<Owner> = []
    /// Until when processes stand still.
    var frozen: [Owner: Int64] = [:]
    var random: UInt64
    var steps = 0
  }

  private enum Step {
    case job(UnownedJob)
    case event(@Sendable () -> Void)
  }

  private let state: Mutex<State>

  package init(seed: UInt64) {
    state = Mutex(State(random: seed))
    GlobalHook.install()
  }

  // MARK: Time and chance

  /// Since the beginning.
  package var now: Duration { .microseconds(state.withLock { $0.now }) }

  /// How many steps were made.
  package var steps: Int { state.withLock { $0.steps } }

  /// SplitMix64, as `SeededChance`.
  package func draw() -> UInt64 { state.withLock { Self.next(&$0.random) } }

  private static func next(_ random: inout UInt64) -> UInt64 {
    random &+= 0x9e37_79b9_7f4a_7c15
    var mixed = random
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  // MARK: What will happen

  /// Lets something happen to an owner, unless it is dead by then.
  package func schedule(
    in delay: Duration, for owner: Owner, _ action: @escaping @Sendable () -> Void
  ) {
    state.withLock { state in
      let at = state.now + max(0, delay.microseconds)
      state.add(at, owner, action)
    }
  }

  /// A task became ready; it is the current owner's.
  func enqueue(_ job: UnownedJob) {
    state.withLock { $0.ready.append(Ready(job: job, owner: $0.current)) }
  }

  /// Ends a process between two steps: nothing of it ever goes on.
  package func kill(_ owner: Owner) {
    state.withLock { state in
      state.dead.insert(owner)
      state.frozen[owner] = nil
      state.ready.removeAll { $0.owner == owner }
    }
  }

  /// Lets a process stand still for a while; what comes for it waits.
  package func freeze(_ owner: Owner, for duration: Duration) {
    state.withLock { $0.frozen[owner] = $0.now + duration.microseconds }
  }

  // MARK: Running

  /// Makes steps until nothing is left to do or `isOver` says so between two of them.
  package func run(until isOver: () -> Bool) {
    GlobalHook.enter(self)
    defer { GlobalHook.leave() }
    while !isOver(), let step = take() {
      switch step {
      case .job(let job): job.runSynchronously(on: LoopExecutor.shared.asUnownedTaskExecutor())
      case .event(let action): action()
      }
    }
  }

  private func take() -> Step? {
    state.withLock { state in
      state.steps += 1
      while true {
        if !state.ready.isEmpty {
          let index = Int(Self.next(&state.random) % UInt64(state.ready.count))
          let last = state.ready.count - 1
          state.ready.swapAt(index, last)
          let ready = state.ready.removeLast()
          if state.thaws(ready.owner) {
            state.current = ready.owner
            return .job(ready.job)
          }
          let until = state.frozen[ready.owner] ?? state.now
          state.add(until, ready.owner) { [weak self] in self?.enqueue(ready.job) }
          continue
        }
        guard let event = state.events.popFirst() else { return nil }
        if state.dead.contains(event.owner) { continue }
        state.now = max(state.now, event.at)
        if !state.thaws(event.owner) {
          state.add(state.frozen[event.owner] ?? state.now, event.owner, event.action)
          continue
        }
        state.current = event.owner
        return .event(event.action)
      }
    }
  }
}

extension Loop.State {
  mutating func add(_ at: Int64, _ owner: Loop.Owner, _ action: @escaping @Sendable () -> Void) {
    order += 1
    events.insert(Event(at: at, order: order, owner: owner, action: action))
  }

  /// Whether an owner may go on.
  mutating func thaws(_ owner: Loop.Owner) -> Bool {
    guard !frozen.isEmpty, let until = frozen[owner] else { return true }
    if until > now { return false }
    frozen[owner] = nil
    return true
  }
}

/// Where tasks of a loop say that they run; they are made ready through the hook all the same.
private final class LoopExecutor: TaskExecutor {
  static let shared = LoopExecutor()

  func enqueue(_ job: consuming ExecutorJob) { GlobalHook.enqueue(UnownedJob(job)) }
}

/// Something that happens at a time.
struct Event: Sendable {
  /// Microseconds since the beginning.
  let at: Int64
  /// Breaks ties: first come, first served.
  let order: UInt64
  let owner: Loop.Owner
  let action: @Sendable () -> Void

  static func isBefore(_ left: Event, _ right: Event) -> Bool {
    left.at != right.at ? left.at < right.at : left.order < right.order
  }
}

/// A binary heap of events, the next one first.
struct EventQueue: Sendable {
  private var heap: [Event] = []

  mutating func insert(_ event: Event) {
    heap.append(event)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Event.isBefore(heap[child], heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popFirst() -> Event? {
    guard !heap.isEmpty else { return nil }
    heap.swapAt(0, heap.count - 1)
    let first = heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if Event.isBefore(heap[child], heap[least]) { least = child }
      }
      if least == parent { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
