import Testing

@testable import RPC

@Suite("the connection machine")
struct ConnectionMachineTests {
  private typealias Machine = ConnectionMachine<String>

  private static let preface = Preface(maxMessageBytes: 1 << 20, streamWindowBytes: 100)

  private func open(_ side: Machine.Side, maxInFlight: Int = 8) -> Machine {
    var machine = Machine(
      side: side, limits: .init(maxInFlight: maxInFlight, streamWindowBytes: 100))
    #expect(machine.prefaceArrived(Self.preface) == nil)
    return machine
  }

  private func frame(_ type: FrameType, _ call: UInt32, length: Int = 0) -> FrameHeader {
    FrameHeader(length: length, type: type, call: call)
  }

  /// What an action is, for comparing.
  private func name(_ action: Machine.FrameAction) -> String {
    switch action {
    case .startCall: "start"
    case .refuseCall(let error): "refuse \(error.details.reason ?? "")"
    case .stopHandler(let call): "stop \(call)"
    case .resumeSending(let call): "resume \(call)"
    case .deliverItem(let call): "item \(call)"
    case .finishCall(let call): "finish \(call)"
    case .answerPing: "pong"
    case .leave(let unstarted): "leave \(unstarted)"
    case .ignore: "ignore"
    case .close(let violation): "close \(violation)"
    }
  }

  private func started(_ machine: inout Machine, _ numbers: UInt32...) {
    for number in numbers {
      #expect(name(machine.frameArrived(frame(.request, number))) == "start")
      machine.callStarted(number, "c\(number)")
    }
  }

  @Test("no frame may come before the preface, and no second preface")
  func preface() {
    var machine = Machine(side: .server, limits: .init(maxInFlight: 8, streamWindowBytes: 100))
    #expect(
      name(machine.frameArrived(frame(.request, 1)))
        == "close unexpectedFrame(RPC.FrameType.request)")
    #expect(machine.prefaceArrived(Self.preface) == nil)
    #expect(machine.prefaceArrived(Self.preface) == .unreasonablePreface)
  }

  @Test(
    "frames that this side never gets end the connection",
    arguments: [
      (true, FrameType.response), (true, .item), (true, .goaway), (false, .request),
      (false, .cancel), (false, .credit),
    ])
  func wrongSide(isServer: Bool, type: FrameType) {
    var machine = open(isServer ? .server : .client)
    #expect(name(machine.frameArrived(frame(type, 1))).hasPrefix("close unexpectedFrame"))
  }

  @Test("call numbers only rise")
  func numbersRise() {
    var machine = open(.server)
    started(&machine, 1, 5)
    #expect(name(machine.frameArrived(frame(.request, 5))) == "close callNumberReused(5)")
    #expect(name(machine.frameArrived(frame(.request, 3))) == "close callNumberReused(3)")
  }

  @Test("the call above the limit is refused, and there is room again when a handler has finished")
  func limit() {
    var machine = open(.server, maxInFlight: 2)
    started(&machine, 1, 2)
    #expect(name(machine.frameArrived(frame(.request, 3))) == "refuse too_many_calls")
    #expect(machine.handlerFinished(1) == true)
    started(&machine, 4)
    #expect(machine.inFlight == 2)
  }

  @Test("a cancelled handler's answer is dropped, and it counts until it has ended")
  func cancel() {
    var machine = open(.server)
    started(&machine, 1)
    #expect(name(machine.frameArrived(frame(.cancel, 1))) == "stop c1")
    #expect(name(machine.frameArrived(frame(.cancel, 1))) == "ignore")
    #expect(machine.inFlight == 1)
    #expect(machine.handlerFinished(1) == false)
    #expect(machine.inFlight == 0)
  }

  @Test("a passed deadline is answered once")
  func deadline() {
    var machine = open(.server)
    started(&machine, 1)
    #expect(machine.deadlinePassed(1) == "c1")
    #expect(machine.deadlinePassed(1) == nil)
    #expect(machine.unanswered.isEmpty)
    #expect(machine.handlerFinished(1) == false)
  }

  @Test("items go out while there is credit, and again after a grant that outweighs the debt")
  func credit() {
    var machine = open(.server)
    started(&machine, 1)
    #expect(machine.itemOffered(1, bytes: 60) == .send)
    #expect(machine.itemOffered(1, bytes: 60) == .send)
    #expect(machine.itemOffered(1, bytes: 60) == .wait)
    #expect(name(machine.creditGranted(1, bytes: 44)) == "ignore")
    #expect(machine.itemOffered(1, bytes: 0) == .wait)
    #expect(name(machine.creditGranted(1, bytes: 1)) == "resume c1")
    #expect(machine.itemOffered(1, bytes: 1) == .send)
    #expect(machine.itemOffered(9, bytes: 1) == .gone)
  }

  @Test("credit beyond reason ends the connection")
  func excessiveCredit() {
    var machine = open(.server)
    started(&machine, 1)
    #expect(name(machine.creditGranted(1, bytes: Int(UInt32.max))) == "close creditExceeded(1)")
  }

  @Test("a server that sends beyond its credit is left")
  func overrun() {
    var machine = open(.client)
    #expect(machine.callBegan("a") == 1)
    #expect(name(machine.frameArrived(frame(.item, 1, length: 200))) == "item a")
    #expect(name(machine.frameArrived(frame(.item, 1))) == "close creditExceeded(1)")
  }

  @Test("read items are granted again once they are half a window")
  func grants() {
    var machine = open(.client)
    #expect(machine.callBegan("a") == 1)
    #expect(machine.itemConsumed(1, bytes: 30) == nil)
    #expect(machine.itemConsumed(1, bytes: 8) == 62)
    #expect(machine.itemConsumed(1, bytes: 8) == nil)
    #expect(machine.itemConsumed(7, bytes: 800) == nil)
  }

  @Test("answers come in any order; a late one for an abandoned call is ignored")
  func answers() {
    var machine = open(.client)
    #expect(machine.callBegan("a") == 1)
    #expect(machine.callBegan("b") == 2)
    #expect(machine.callBegan("c") == 3)
    #expect(name(machine.frameArrived(frame(.response, 3))) == "finish c")
    #expect(machine.callAbandoned(1) == true)
    #expect(machine.callAbandoned(1) == false)
    #expect(name(machine.frameArrived(frame(.response, 1))) == "ignore")
    #expect(name(machine.frameArrived(frame(.response, 2))) == "finish b")
    #expect(name(machine.frameArrived(frame(.response, 4))) == "close unknownCall(4)")
  }

  @Test("a connection that has used up its numbers takes no further calls")
  func numbersEnd() {
    var machine = Machine(
      side: .client, limits: .init(maxInFlight: 8, streamWindowBytes: 100, lastNumber: 2))
    #expect(machine.prefaceArrived(Self.preface) == nil)
    #expect(machine.callBegan("a") == 1)
    #expect(machine.callBegan("b") == 2)
    #expect(machine.callBegan("c") == nil)
    #expect(name(machine.frameArrived(frame(.response, 2))) == "finish b")
  }

  @Test("a goaway gives back what the server never started and lets the rest finish")
  func goaway() {
    var machine = open(.client)
    for call in ["a", "b", "c"] { _ = machine.callBegan(call) }
    #expect(name(machine.goawayArrived(last: 1)) == #"leave ["b", "c"]"#)
    #expect(machine.callBegan("d") == nil)
    #expect(!machine.isDrained)
    #expect(name(machine.frameArrived(frame(.response, 1))) == "finish a")
    #expect(machine.isDrained)
  }

  @Test("a draining server refuses new calls and is done with its last handler")
  func drain() {
    var machine = open(.server)
    started(&machine, 1, 2)
    #expect(machine.drainBegan() == 2)
    #expect(machine.drainBegan() == nil)
    #expect(name(machine.frameArrived(frame(.request, 3))) == "refuse draining")
    #expect(name(machine.frameArrived(frame(.cancel, 3))) == "ignore")
    #expect(machine.handlerFinished(1) == true)
    #expect(!machine.isDrained)
    #expect(machine.handlerFinished(2) == true)
    #expect(machine.isDrained)
  }

  @Test("silence asks for a ping, further silence ends the connection, any byte keeps it")
  func keepalive() {
    var machine = open(.client)
    #expect(machine.keepaliveDue() == .nothing)
    #expect(machine.keepaliveDue() == .ping)
    machine.bytesArrived()
    #expect(machine.keepaliveDue() == .nothing)
    #expect(machine.keepaliveDue() == .ping)
    #expect(machine.keepaliveDue() == .nothing)
    #expect(machine.keepaliveDue() == .close)
  }

  @Test("a peer that never introduces itself is left without a ping")
  func silentStranger() {
    var machine = ConnectionMachine<String>(
      side: .server, limits: .init(maxInFlight: 1, streamWindowBytes: 1_024))
    let actions = (0..<4).map { _ in
      machine.bytesArrived()
      return machine.keepaliveDue()
    }
    #expect(actions == [.nothing, .nothing, .nothing, .close])
  }

  @Test("a closed connection gives all its calls back once and takes none")
  func closed() {
    var machine = open(.client)
    for call in ["a", "b"] { _ = machine.callBegan(call) }
    let left = machine.connectionClosed()
    #expect(left.sorted() == ["a", "b"])
    #expect(machine.connectionClosed() == [])
    #expect(machine.callBegan("c") == nil)
    #expect(name(machine.frameArrived(frame(.ping, 0))).hasPrefix("close"))
  }
}
