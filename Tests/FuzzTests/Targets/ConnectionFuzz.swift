import NIOCore

@testable import RPC

/// Events in any order for one connection machine, beside a second, plainer account of what the
/// protocol allows. The first byte chooses the side; every event is a byte for its kind, one for
/// its call and one for its size.
enum ConnectionFuzz {
  static func check(_ input: UnsafeRawBufferPointer) throws {
    var reader = InputReader(input)
    if reader.byte() % 2 == 0 {
      var server = ServerAccount()
      while !reader.isAtEnd { try server.take(&reader) }
    } else {
      var client = ClientAccount()
      while !reader.isAtEnd { try client.take(&reader) }
    }
  }
}

/// The call of an event: mostly a small number, now and then a huge one.
private func callNumber(_ byte: UInt8) -> UInt32 {
  byte < 0xf0 ? UInt32(byte % 24) : .max - UInt32(byte & 15)
}

/// The size of an event in bytes.
private func size(_ byte: UInt8) -> Int {
  byte < 0xf0 ? Int(byte) * 16 : Int(UInt32.max) >> (byte & 15)
}

private let window = 1_024
private let maxInFlight = 4

private func newMachine(_ side: ConnectionMachine<UInt32>.Side) -> ConnectionMachine<UInt32> {
  ConnectionMachine(
    side: side, limits: .init(maxInFlight: maxInFlight, streamWindowBytes: window))
}

private let greeting = Preface(maxMessageBytes: 1 << 20, streamWindowBytes: window)

private func header(_ type: FrameType, _ call: UInt32, _ bytes: Int = 0) -> FrameHeader {
  FrameHeader(length: bytes, type: type, call: call)
}

/// A server's connection as the protocol's text has it.
private struct ServerAccount {
  private struct Running {
    var isAnswered = false
    var credit = window
  }

  private var machine = newMachine(.server)
  private var running: [UInt32: Running] = [:]
  private var last: UInt32 = 0
  private var (hasPreface, isDraining, isClosed) = (false, false, false)

  mutating func take(_ input: inout InputReader) throws {
    let (kind, number, bytes) = (input.byte(), callNumber(input.byte()), size(input.byte()))
    switch kind % 12 {
    case 0, 1: try request(number)
    case 2: try cancel(number)
    case 3: try credit(number, bytes)
    case 4: try promise(machine.handlerFinished(number) == finish(number), "an answer's fate")
    case 5: try offer(number, bytes)
    case 6: try deadline(number)
    case 7: try preface()
    case 8: try drain()
    case 9: try foreign(FrameType.allCases[Int(number) % FrameType.allCases.count], number)
    case 10: if machine.keepaliveDue() == .close { try close() }
    default: if bytes > 3_000 { try close() }
    }
    try promise(machine.inFlight == running.count, "calls in flight")
    try promise(running.count <= maxInFlight, "more calls than allowed")
    let waiting = running.filter { !$0.value.isAnswered }.keys.sorted()
    try promise(machine.unanswered.sorted() == waiting, "calls that wait for an answer")
  }

  private var isUsable: Bool { hasPreface && !isClosed }

  private mutating func request(_ number: UInt32) throws {
    switch machine.frameArrived(header(.request, number)) {
    case .startCall:
      let isNew = isUsable && !isDraining && number > last && running.count < maxInFlight
      try promise(isNew, "call \(number) starts")
      machine.callStarted(number, number)
      running[number] = Running()
      last = number
    case .refuseCall(let error):
      try promise(isUsable && number > last, "call \(number) is refused")
      if isDraining { return try promise(error == .draining, "refused while draining") }
      try promise(error == .tooManyCalls && running.count == maxInFlight, "refused with room")
      last = number
    case .close:
      try promise(!isUsable || number <= last, "closed because of call \(number)")
      try close()
    default: throw BrokenPromise("a request starts a call, is refused or ends the connection")
    }
  }

  private mutating func cancel(_ number: UInt32) throws {
    switch machine.frameArrived(header(.cancel, number)) {
    case .stopHandler(let call):
      try promise(call == number && running[number]?.isAnswered == false, "a handler is stopped")
      running[number]?.isAnswered = true
    case .ignore:
      try promise(isUsable && running[number]?.isAnswered != false, "a cancel is ignored")
    case .close:
      try promise(!isUsable || number > last && !isDraining, "closed because of a cancel")
      try close()
    default: throw BrokenPromise("a cancel stops a handler, is ignored or ends the connection")
    }
  }

  private mutating func credit(_ number: UInt32, _ bytes: Int) throws {
    guard case .ignore = machine.frameArrived(header(.credit, number)) else {
      try promise(!isUsable || number > last, "closed because of a credit")
      return try close()
    }
    let after = (running[number]?.credit ?? 0) + bytes
    switch machine.creditGranted(number, bytes: bytes) {
    case .resumeSending(let call):
      try promise(call == number && running[number] != nil && after > 0, "sending goes on")
    case .ignore: try promise(running[number] == nil || after <= 0, "a credit is ignored")
    case .close: return try closeForCredit(after)
    default: throw BrokenPromise("a credit resumes sending, is ignored or ends the connection")
    }
    running[number]?.credit = after
  }

  private mutating func closeForCredit(_ credit: Int) throws {
    try promise(credit > Int(UInt32.max), "closed because of too much credit")
    try close()
  }

  private mutating func finish(_ number: UInt32) -> Bool {
    running.removeValue(forKey: number).map { !$0.isAnswered } ?? false
  }

  private mutating func offer(_ number: UInt32, _ bytes: Int) throws {
    let call = running[number]
    switch machine.itemOffered(number, bytes: bytes) {
    case .send:
      try promise(call?.isAnswered == false && (call?.credit ?? 0) > 0, "an item goes out")
      running[number]?.credit -= bytes + FrameHeader.size
    case .wait:
      try promise(call?.isAnswered == false && (call?.credit ?? 1) <= 0, "an item waits")
    case .gone: try promise(call?.isAnswered != false, "nobody wants an item")
    }
  }

  private mutating func deadline(_ number: UInt32) throws {
    let isWaiting = running[number]?.isAnswered == false
    try promise((machine.deadlinePassed(number) != nil) == isWaiting, "a deadline passes")
    if isWaiting { running[number]?.isAnswered = true }
  }

  private mutating func preface() throws {
    let violation = machine.prefaceArrived(greeting)
    try promise((violation != nil) == hasPreface, "one preface is taken")
    hasPreface = true
  }

  private mutating func drain() throws {
    let told = machine.drainBegan()
    try promise(told == (isDraining || isClosed ? nil : last), "the last call of a goaway")
    if told != nil { isDraining = true }
    try promise(
      machine.isDrained == (isClosed || isDraining && running.isEmpty), "nothing is left to do")
  }

  private mutating func foreign(_ type: FrameType, _ number: UInt32) throws {
    guard ![.request, .cancel, .credit].contains(type) else { return }
    switch machine.frameArrived(header(type, number)) {
    case .answerPing: try promise(isUsable && type == .ping, "a ping is answered")
    case .ignore: try promise(isUsable && type == .pong, "a pong is passed over")
    case .close:
      try promise(!isUsable || ![.ping, .pong].contains(type), "closed because of \(type)")
      try close()
    default: throw BrokenPromise("a server gets no \(type)")
    }
  }

  private mutating func close() throws {
    let left = machine.connectionClosed().sorted()
    try promise(left == running.keys.sorted(), "the calls of a closed connection")
    (running, isClosed) = ([:], true)
  }
}

/// A client's connection as the protocol's text has it.
private struct ClientAccount {
  private struct Waiting {
    var credit = window
    var consumed = 0
  }

  private var machine = newMachine(.client)
  private var waiting: [UInt32: Waiting] = [:]
  private var last: UInt32 = 0
  private var (hasPreface, isDraining, isClosed) = (false, false, false)

  mutating func take(_ input: inout InputReader) throws {
    let (kind, number, bytes) = (input.byte(), callNumber(input.byte()), size(input.byte()))
    switch kind % 12 {
    case 0, 1: try begin()
    case 2: try response(number)
    case 3, 4: try item(number, bytes)
    case 5: try consume(number, bytes)
    case 6:
      let wasWaiting = waiting.removeValue(forKey: number) != nil
      try promise(machine.callAbandoned(number) == (wasWaiting && !isClosed), "a call is abandoned")
    case 7:
      let violation = machine.prefaceArrived(greeting)
      try promise((violation != nil) == hasPreface, "one preface is taken")
      hasPreface = true
    case 8: try goaway(last: number)
    case 9: try foreign(FrameType.allCases[Int(number) % FrameType.allCases.count], number)
    case 10: if machine.drainBegan() != nil { isDraining = true }
    default: if bytes > 3_000 { try close() }
    }
    try promise(machine.inFlight == waiting.count, "calls in flight")
  }

  private var isUsable: Bool { hasPreface && !isClosed }

  private mutating func begin() throws {
    let mayBegin = isUsable && !isDraining
    guard let number = machine.callBegan(last + 1) else {
      return try promise(!mayBegin, "a call cannot begin")
    }
    try promise(mayBegin && number == last + 1, "call \(number) begins")
    last = number
    waiting[number] = Waiting()
  }

  private mutating func response(_ number: UInt32) throws {
    switch machine.frameArrived(header(.response, number)) {
    case .finishCall(let call):
      try promise(call == number && waiting.removeValue(forKey: number) != nil, "a call finishes")
    case .ignore:
      try promise(isUsable && waiting[number] == nil && number <= last, "a response is ignored")
    case .close:
      try promise(!isUsable || number > last, "closed because of a response")
      try close()
    default: throw BrokenPromise("a response finishes a call, is ignored or ends the connection")
    }
  }

  private mutating func item(_ number: UInt32, _ bytes: Int) throws {
    let credit = waiting[number]?.credit
    switch machine.frameArrived(header(.item, number, bytes)) {
    case .deliverItem(let call):
      try promise(call == number && (credit ?? 0) > 0, "an item is delivered")
      waiting[number]?.credit -= bytes + FrameHeader.size
    case .ignore: try promise(isUsable && credit == nil && number <= last, "an item is ignored")
    case .close:
      let isOverrun = credit.map { $0 <= 0 } ?? (number > last)
      try promise(!isUsable || isOverrun, "closed because of an item")
      try close()
    default: throw BrokenPromise("an item is delivered, ignored or ends the connection")
    }
  }

  private mutating func consume(_ number: UInt32, _ bytes: Int) throws {
    let granted = machine.itemConsumed(number, bytes: bytes)
    guard var call = waiting[number] else {
      return try promise(granted == nil, "a grant to nobody")
    }
    call.consumed += bytes + FrameHeader.size
    try promise(granted == (call.consumed >= window / 2 ? call.consumed : nil), "a grant")
    if granted != nil { (call.credit, call.consumed) = (call.credit + call.consumed, 0) }
    waiting[number] = call
  }

  private mutating func goaway(last spared: UInt32) throws {
    switch machine.frameArrived(header(.goaway, 0)) {
    case .ignore: try promise(isUsable, "a goaway is read")
    default:
      try promise(!isUsable, "closed because of a goaway")
      return try close()
    }
    guard case .leave(let unstarted) = machine.goawayArrived(last: spared) else {
      throw BrokenPromise("a goaway makes a client leave")
    }
    let expected = waiting.keys.filter { $0 > spared }.sorted()
    try promise(unstarted == expected, "calls that never started")
    for number in expected { waiting[number] = nil }
    isDraining = true
  }

  private mutating func foreign(_ type: FrameType, _ number: UInt32) throws {
    guard ![.response, .item, .goaway].contains(type) else { return }
    switch machine.frameArrived(header(type, number)) {
    case .answerPing: try promise(isUsable && type == .ping, "a ping is answered")
    case .ignore: try promise(isUsable && type == .pong, "a pong is passed over")
    case .close:
      try promise(!isUsable || ![.ping, .pong].contains(type), "closed because of \(type)")
      try close()
    default: throw BrokenPromise("a client gets no \(type)")
    }
  }

  private mutating func close() throws {
    let left = machine.connectionClosed().sorted()
    try promise(left == waiting.keys.sorted(), "the calls of a closed connection")
    (waiting, isClosed) = ([:], true)
  }
}
