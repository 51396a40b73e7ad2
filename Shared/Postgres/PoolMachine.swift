import Kernel

/// Decides which session serves which request. Pure: it is told what happened and answers what to
/// do; time comes in, nothing blocks.
///
/// One session's life:
/// ```mermaid
/// stateDiagram-v2
///   [*] --> connecting: open
///   connecting --> idle: opened
///   connecting --> [*]: openFailed, close
///   idle --> busy: assign
///   busy --> idle: released
///   idle --> [*]: lost, close
///   busy --> [*]: lost, close
/// ```
struct PoolMachine {
  struct Limits {
    var minSessions: Int
    var maxSessions: Int
    var idleLimit: Duration
    var lifetime: Duration
    var maxWaiters: Int
  }

  enum Event: Equatable {
    /// A request wants a session, until `giveUpAt`.
    case requested(UInt64, giveUpAt: Duration)
    /// Nobody waits for that request any more.
    case withdrawn(UInt64)
    case opened(Int)
    case openFailed(Int)
    case released(Int)
    case lost(Int)
    /// The sessions there are lead to a server that is no longer the right one.
    case outdated
    case ticked
    case closing
  }

  enum Action: Equatable {
    case open(Int)
    case assign(request: UInt64, session: Int)
    case close(Int)
    case refuse(UInt64, Refusal)
    /// Send `.ticked` at this time, or earlier.
    case wake(at: Duration)
    /// Closing, and the last session is gone.
    case drained
  }

  enum Refusal: Equatable {
    /// Sessions exist, all stayed busy; or too many wait.
    case exhausted
    /// No session could be opened.
    case unavailable
    case closed
  }

  enum State: String, CaseIterable { case connecting, idle, busy }

  private struct Slot {
    var state: State
    var since: Duration
    var openedAt: Duration
  }

  private let limits: Limits
  private let backoff: Backoff
  private let chance: any Chance
  private var slots: [Int: Slot] = [:]
  /// Most recently used last: the warmest session serves first.
  private var idle: [Int] = []
  private var connectingCount = 0
  private var waiting: [UInt64: Duration] = [:]
  private var queue = Queue<UInt64>()
  private var lastSession = 0
  /// Sessions up to this one are closed as soon as they are idle.
  private var lastOutdated = 0
  private var failures = 0
  private var retryAt: Duration = .zero
  private var isClosing = false

  init(limits: Limits, backoff: Backoff, chance: any Chance) {
    (self.limits, self.backoff, self.chance) = (limits, backoff, chance)
  }

  /// What happened so far, and who is there now.
  private(set) var figures = PoolFigures()

  var currentFigures: PoolFigures {
    var figures = figures
    (figures.connecting, figures.idle) = (connectingCount, idle.count)
    figures.inUse = slots.count - connectingCount - idle.count
    figures.waiting = waiting.count
    return figures
  }

  var sessionCount: Int { slots.count }
  var idleCount: Int { idle.count }
  var waiterCount: Int { waiting.count }

  func state(of session: Int) -> State? { slots[session]?.state }

  mutating func handle(_ event: Event, at now: Duration) -> [Action] {
    switch event {
    case .requested(let request, let giveUpAt): return requested(request, giveUpAt, now)
    case .withdrawn(let request):
      waiting[request] = nil
      return []
    case .opened(let session): return opened(session, now)
    case .openFailed(let session): return openFailed(session, now)
    case .released(let session): return released(session, now)
    case .lost(let session): return lost(session, now)
    case .outdated: return outdated(now)
    case .ticked: return ticked(now)
    case .closing: return closing()
    }
  }

  private mutating func requested(
    _ request: UInt64, _ giveUpAt: Duration, _ now: Duration
  ) -> [Action] {
    figures.requested += 1
    if isClosing { return [.refuse(request, .closed)] }
    if let session = idle.popLast() { return [assign(request, to: session, now)] }
    guard waiting.count < limits.maxWaiters else {
      figures.exhausted += 1
      return [.refuse(request, .exhausted)]
    }
    waiting[request] = giveUpAt
    queue.append(request)
    return [.wake(at: giveUpAt)] + openWhatIsMissing(now)
  }

  private mutating func assign(
    _ request: UInt64, to session: Int, _ now: Duration
  ) -> Action {
    slots[session]?.state = .busy
    slots[session]?.since = now
    return .assign(request: request, session: session)
  }

  private mutating func opened(_ session: Int, _ now: Duration) -> [Action] {
    guard slots[session]?.state == .connecting else { return [] }
    connectingCount -= 1
    figures.opened += 1
    retryAt = .zero
    slots[session] = Slot(state: .busy, since: now, openedAt: now)
    return serve(with: session, now) + openWhatIsMissing(now)
  }

  private mutating func openFailed(_ session: Int, _ now: Duration) -> [Action] {
    guard remove(session) else { return [] }
    figures.failed += 1
    backOff(now)
    return drainedIfEmpty() ?? [.wake(at: retryAt)]
  }

  /// Several failures at the same time count as one.
  private mutating func backOff(_ now: Duration) {
    guard retryAt <= now else { return }
    failures += 1
    retryAt = now + backoff.delay(attempt: failures, chance: chance)
  }

  private mutating func released(_ session: Int, _ now: Duration) -> [Action] {
    guard let slot = slots[session], slot.state == .busy else { return [] }
    failures = 0
    if isClosing || session <= lastOutdated || now - slot.openedAt >= limits.lifetime {
      remove(session)
      return [.close(session)] + (drainedIfEmpty() ?? openWhatIsMissing(now))
    }
    return serve(with: session, now)
  }

  /// Hands a free session to the first who still waits, or lays it by.
  private mutating func serve(with session: Int, _ now: Duration) -> [Action] {
    while let request = queue.popFirst() {
      if waiting.removeValue(forKey: request) != nil {
        return [assign(request, to: session, now)]
      }
    }
    slots[session]?.state = .idle
    slots[session]?.since = now
    idle.append(session)
    return slots.count > limits.minSessions ? [.wake(at: now + limits.idleLimit)] : []
  }

  private mutating func lost(_ session: Int, _ now: Duration) -> [Action] {
    let slot = slots[session]
    guard remove(session) else { return [] }
    figures.lost += 1
    // Never used: the next one will hardly fare better.
    if slot?.state == .idle, slot?.since == slot?.openedAt { backOff(now) }
    return drainedIfEmpty() ?? openWhatIsMissing(now)
  }

  private mutating func outdated(_ now: Duration) -> [Action] {
    lastOutdated = lastSession
    let actions = idle.map { Action.close($0) }
    for session in idle { remove(session) }
    return actions + (drainedIfEmpty() ?? openWhatIsMissing(now))
  }

  private mutating func ticked(_ now: Duration) -> [Action] {
    var actions = refuseLateWaiters(now)
    for session in idle where isOverdue(session, now) {
      remove(session)
      actions.append(.close(session))
    }
    actions += openWhatIsMissing(now)
    if let next = nextWake(after: now) { actions.append(.wake(at: next)) }
    return actions
  }

  private mutating func refuseLateWaiters(_ now: Duration) -> [Action] {
    let late = waiting.filter { $0.value <= now }.keys.sorted()
    let refusal: Refusal = slots.count > connectingCount ? .exhausted : .unavailable
    for request in late { waiting[request] = nil }
    if refusal == .exhausted { figures.exhausted += UInt64(late.count) }
    return late.map { .refuse($0, refusal) }
  }

  private func isOverdue(_ session: Int, _ now: Duration) -> Bool {
    guard let slot = slots[session] else { return false }
    if now - slot.openedAt >= limits.lifetime { return true }
    return slots.count > limits.minSessions && now - slot.since >= limits.idleLimit
  }

  private func nextWake(after now: Duration) -> Duration? {
    var times = Array(waiting.values)
    let isSpare = slots.count > limits.minSessions
    for session in idle {
      guard let slot = slots[session] else { continue }
      times.append(slot.openedAt + limits.lifetime)
      if isSpare { times.append(slot.since + limits.idleLimit) }
    }
    if wantsSession, retryAt > now { times.append(retryAt) }
    return times.min().map { max($0, now + .milliseconds(1)) }
  }

  private var wantsSession: Bool {
    guard !isClosing, slots.count < limits.maxSessions else { return false }
    return slots.count < limits.minSessions || connectingCount < waiting.count
  }

  /// While the server refuses, and until a session has served, one attempt at a time finds out
  /// whether it is back.
  private mutating func openWhatIsMissing(_ now: Duration) -> [Action] {
    var actions: [Action] = []
    while wantsSession, failures == 0 || connectingCount == 0 {
      if retryAt > now { return actions + [.wake(at: retryAt)] }
      lastSession += 1
      connectingCount += 1
      slots[lastSession] = Slot(state: .connecting, since: now, openedAt: now)
      actions.append(.open(lastSession))
    }
    return actions
  }

  @discardableResult
  private mutating func remove(_ session: Int) -> Bool {
    guard let slot = slots.removeValue(forKey: session) else { return false }
    if slot.state == .connecting { connectingCount -= 1 }
    if slot.state == .idle { idle.removeAll { $0 == session } }
    return true
  }

  private mutating func closing() -> [Action] {
    guard !isClosing else { return [] }
    isClosing = true
    var actions = waiting.keys.sorted().map { Action.refuse($0, .closed) }
    waiting.removeAll()
    for session in slots.keys.sorted() where slots[session]?.state != .busy {
      remove(session)
      actions.append(.close(session))
    }
    return actions + (drainedIfEmpty() ?? [])
  }

  private func drainedIfEmpty() -> [Action]? {
    isClosing && slots.isEmpty ? [.drained] : nil
  }
}

/// First in, first out, in constant time on average.
struct Queue<Element> {
  private var elements: [Element?] = []
  private var head = 0

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func popFirst() -> Element? {
    guard head < elements.count else { return nil }
    let first = elements[head]
    elements[head] = nil
    head += 1
    if head > 32, head * 2 > elements.count {
      elements.removeFirst(head)
      head = 0
    }
    return first
  }
}
