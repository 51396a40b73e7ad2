/// One connection as a pure state machine, either side of it: events go in (past tense), what to do
/// comes out. It knows call numbers, credit, liveness and the goaway; it knows no socket and no
/// task.
///
/// ```mermaid
/// stateDiagram-v2
///   [*] --> opening
///   opening --> open: prefaceArrived
///   open --> draining: drainBegan / goaway arrived
///   draining --> closed: last call finished
///   opening --> closed: violation, connectionClosed
///   open --> closed: violation, keepalive unanswered, connectionClosed
///   draining --> closed: violation, connectionClosed
///   closed --> [*]
/// ```
///
/// A call on the server lives from its request to the end of its handler. A cancel or a passed
/// deadline marks it as answered: the handler is told to stop and what it still answers is dropped.
struct ConnectionMachine<Call> {
  enum Side { case client, server }
  enum State: Equatable { case opening, open, draining, closed }

  struct Limits {
    var maxInFlight: Int
    /// This side's stream window.
    var streamWindowBytes: Int
    /// The last number that a client may give to a call.
    var lastNumber = UInt32.max
  }

  private struct Entry {
    let call: Call
    var isAnswered = false
    /// Server: bytes of items it may still send. Client: bytes that the server may still send.
    var credit: Int
    /// Client: bytes taken by the reader and not granted again yet.
    var consumed = 0
  }

  /// What the shell does about a frame.
  enum FrameAction {
    case startCall
    case refuseCall(RPCError)
    case stopHandler(Call)
    case resumeSending(Call)
    case deliverItem(Call)
    case finishCall(Call)
    case answerPing
    case leave(unstarted: [Call])
    case ignore
    case close(ProtocolViolation)
  }

  private let side: Side
  private let limits: Limits
  private(set) var state: State = .opening
  private(set) var peer: Preface?
  private var calls = NumberTable<Entry>()
  /// The highest number taken (server) or given (client).
  private(set) var lastCall: UInt32 = 0
  private var heardSinceCheck = true
  /// Checks in a row that found silence.
  private var silentChecks = 0

  init(side: Side, limits: Limits) { (self.side, self.limits) = (side, limits) }

  /// Calls that have not finished; on the server these are exactly the running handlers.
  var inFlight: Int { calls.count }

  /// Nothing is left to wait for.
  var isDrained: Bool { state == .closed || state == .draining && calls.isEmpty }

  // MARK: Both sides

  mutating func prefaceArrived(_ preface: Preface) -> ProtocolViolation? {
    guard peer == nil else { return .unreasonablePreface }
    if state == .opening { state = .open }
    (peer, heardSinceCheck) = (preface, true)
    return nil
  }

  /// The connection is gone; the calls that were still in flight.
  mutating func connectionClosed() -> [Call] {
    state = .closed
    defer { calls.removeAll() }
    return calls.values.map(\.call)
  }

  /// No further calls; returns the number of the last call that was taken, for the goaway.
  mutating func drainBegan() -> UInt32? {
    guard state == .open || state == .opening else { return nil }
    state = .draining
    return lastCall
  }

  enum KeepaliveAction: Equatable { case nothing, ping, close }

  /// Half a keepalive interval has passed: silence asks for a ping, and when that brings nothing
  /// for an interval the connection ends. So a peer is found dead within two intervals of its last
  /// word.
  mutating func keepaliveDue() -> KeepaliveAction {
    defer { heardSinceCheck = false }
    silentChecks = heardSinceCheck ? 0 : silentChecks + 1
    switch silentChecks {
    case 0, 2: return .nothing
    case 1: return state == .opening ? .nothing : .ping
    default: return .close
    }
  }

  /// Some of the other side's bytes were read, perhaps of a frame that takes its time: a sign of
  /// life like a whole one. Before the preface nothing less than that counts.
  mutating func bytesArrived() {
    if peer != nil { heardSinceCheck = true }
  }

  mutating func frameArrived(_ header: FrameHeader) -> FrameAction {
    guard peer != nil, state != .closed else { return .close(.unexpectedFrame(header.type)) }
    switch (header.type, side) {
    case (.ping, _): return .answerPing
    case (.pong, _): return .ignore
    case (.request, .server): return requestArrived(header.call)
    case (.cancel, .server): return cancelArrived(header.call)
    case (.credit, .server): return isKnown(header.call)
    case (.response, .client): return responseArrived(header.call)
    case (.item, .client): return itemArrived(header.call, bytes: header.length)
    case (.goaway, .client): return .ignore
    default: return .close(.unexpectedFrame(header.type))
    }
  }

  // MARK: Server

  private mutating func requestArrived(_ number: UInt32) -> FrameAction {
    guard number > lastCall else { return .close(.callNumberReused(number)) }
    if state == .draining { return .refuseCall(.draining) }
    lastCall = number
    if calls.count >= limits.maxInFlight { return .refuseCall(.tooManyCalls) }
    return .startCall
  }

  /// The shell has a handler running for the request that just arrived.
  mutating func callStarted(_ number: UInt32, _ call: Call) {
    calls.insert(Entry(call: call, credit: peer?.streamWindowBytes ?? 0), for: number)
  }

  /// A handler has ended; true when its answer is to be sent.
  mutating func handlerFinished(_ number: UInt32) -> Bool {
    guard let entry = calls.remove(number) else { return false }
    return !entry.isAnswered
  }

  /// Calls that still wait for their answer.
  var unanswered: [Call] { calls.values.filter { !$0.isAnswered }.map(\.call) }

  /// The call of that number while it waits for its answer.
  func unansweredCall(_ number: UInt32) -> Call? {
    guard let entry = calls[number], !entry.isAnswered else { return nil }
    return entry.call
  }

  /// A call's deadline has passed: the handler to stop, when the call is still waiting for it. The
  /// shell answers in its place.
  mutating func deadlinePassed(_ number: UInt32) -> Call? {
    guard let call = unansweredCall(number) else { return nil }
    calls.update(number) { $0.isAnswered = true }
    return call
  }

  private mutating func cancelArrived(_ number: UInt32) -> FrameAction {
    guard number <= lastCall || state == .draining else { return .close(.unknownCall(number)) }
    guard let call = deadlinePassed(number) else { return .ignore }
    return .stopHandler(call)
  }

  private func isKnown(_ number: UInt32) -> FrameAction {
    number <= lastCall ? .ignore : .close(.unknownCall(number))
  }

  enum ItemAdmission: Equatable { case send, wait, gone }

  /// A handler wants to send an item: while there is any credit it may, and the debt counts.
  mutating func itemOffered(_ number: UInt32, bytes: Int) -> ItemAdmission {
    let admission = calls.update(number) { entry -> ItemAdmission in
      if entry.isAnswered { return .gone }
      guard entry.credit > 0 else { return .wait }
      entry.credit -= bytes + FrameHeader.size
      return .send
    }
    return admission ?? .gone
  }

  /// A credit frame's payload was read.
  mutating func creditGranted(_ number: UInt32, bytes: Int) -> FrameAction {
    let action = calls.update(number) { entry -> FrameAction in
      entry.credit += bytes
      if entry.credit > Int(UInt32.max) { return .close(.creditExceeded(number)) }
      return entry.credit > 0 ? .resumeSending(entry.call) : .ignore
    }
    return action ?? isKnown(number)
  }

  // MARK: Client

  /// The number for a new call; nil when this connection takes no more.
  mutating func callBegan(_ call: Call) -> UInt32? {
    guard state == .open, lastCall < limits.lastNumber else { return nil }
    lastCall += 1
    calls.insert(Entry(call: call, credit: limits.streamWindowBytes), for: lastCall)
    return lastCall
  }

  /// Nobody waits for the call any more; true when the server must hear of it.
  mutating func callAbandoned(_ number: UInt32) -> Bool {
    calls.remove(number) != nil && state != .closed
  }

  private mutating func responseArrived(_ number: UInt32) -> FrameAction {
    guard let entry = calls.remove(number) else { return isKnown(number) }
    return .finishCall(entry.call)
  }

  private mutating func itemArrived(_ number: UInt32, bytes: Int) -> FrameAction {
    let action = calls.update(number) { entry -> FrameAction in
      guard entry.credit > 0 else { return .close(.creditExceeded(number)) }
      entry.credit -= bytes + FrameHeader.size
      return .deliverItem(entry.call)
    }
    return action ?? isKnown(number)
  }

  /// The reader took an item; how many bytes to grant to the server, when it is worth a frame.
  mutating func itemConsumed(_ number: UInt32, bytes: Int) -> Int? {
    let worthAFrame = limits.streamWindowBytes / 2
    let granted = calls.update(number) { entry -> Int? in
      entry.consumed += bytes + FrameHeader.size
      let consumed = entry.consumed
      guard consumed >= worthAFrame else { return nil }
      entry.consumed = 0
      entry.credit += consumed
      return consumed
    }
    return granted ?? nil
  }

  /// A goaway was read: what came after `last` was never started.
  mutating func goawayArrived(last: UInt32) -> FrameAction {
    if state == .open { state = .draining }
    let unstarted = calls.numbers.filter { $0 > last }.sorted()
    return .leave(unstarted: unstarted.compactMap { calls.remove($0)?.call })
  }
}

extension RPCError {
  static let draining = RPCError(
    .unavailable, "The server is stopping", details: ErrorDetails(reason: "draining"),
    isUnstarted: true)
  static let tooManyCalls = RPCError(
    .resourceExhausted, "Too many calls in flight on this connection",
    details: ErrorDetails(reason: "too_many_calls"), isUnstarted: true)

  /// A message longer than `limit` bytes.
  static func tooLong(_ bytes: Int, limit: Int) -> RPCError {
    RPCError(
      .resourceExhausted, "A message of \(bytes) bytes exceeds the limit of \(limit)",
      reason: "message_too_large")
  }
}
