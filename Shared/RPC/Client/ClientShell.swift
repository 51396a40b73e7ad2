import Kernel
import Logging
import NIOCore
import Synchronization

/// The client's shell around the connection machine; lives on one event loop.
final class ClientShell: ChannelInboundHandler, Flushable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let settings: RPCClientSettings
  private let executor: LoopExecutor
  private let time: any TimeSource
  private let log: Logger
  private let standing: ClientConnection.Standing
  private let news: @Sendable (ConnectionNews) -> Void
  private var machine: ConnectionMachine<PendingCall>
  private var decoder: FrameDecoder
  private var outbox = FrameOutbox()
  private var alarm = DeadlineAlarm()
  private var keepalive: RepeatedTask?
  /// When the server must have introduced itself.
  private var introduction: Scheduled<Void>?
  private var channelContext: ChannelHandlerContext?
  /// Calls that wait for the server's preface.
  private var waiting: [PendingCall] = []
  private var isRetired = false
  /// Why one side will have none of the other; reads on from the server's name.
  private var refusal: String?

  init(
    settings: RPCClientSettings, executor: LoopExecutor, time: any TimeSource, log: Logger,
    standing: ClientConnection.Standing, news: @escaping @Sendable (ConnectionNews) -> Void
  ) {
    (self.settings, self.executor, self.time) = (settings, executor, time)
    (self.log, self.standing, self.news) = (log, standing, news)
    machine = ConnectionMachine(
      side: .client, limits: .init(maxInFlight: .max, streamWindowBytes: Preface.streamWindow))
    decoder = FrameDecoder(maxMessageBytes: settings.maxMessageBytes)
  }

  // MARK: Channel events

  func channelActive(context: ChannelHandlerContext) {
    channelContext = context
    if isRetired { return context.close(promise: nil) }
    outbox.open()
    write {
      $0.writePreface(
        Preface(
          maxMessageBytes: settings.maxMessageBytes, streamWindowBytes: Preface.streamWindow))
    }
    let home = NIOLoopBound(self, eventLoop: executor.loop)
    let check = TimeAmount.microseconds(settings.keepalive.microseconds / 2)
    keepalive = executor.loop.scheduleRepeatedTask(initialDelay: check, delay: check) { _ in
      home.value.keepaliveDue()
    }
    let patience = TimeAmount.microseconds(settings.connectTimeout.microseconds)
    introduction = executor.loop.scheduleTask(in: patience) {
      home.value.channelContext?.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    channelContext = nil
    outbox.close()
    ended("The connection was lost")
    executor.runTurn()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    executor.turnIsComing()
    machine.bytesArrived()
    decoder.append(unwrapInboundIn(data))
    do {
      while machine.state != .closed, let output = try decoder.next() { handle(output) }
    } catch {
      close(because: error)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) { executor.runTurn() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  /// TLS stands, or does not.
  func handshakeEnded(_ result: Result<PeerName, HandshakeFailure>) {
    if case .failure(let failure) = result, failure.isRefusal { refusal = failure.why }
  }

  func dialFailed(_ why: String) {
    ended(why)
  }

  /// The client hears of it before the callers do, so that their next try goes elsewhere.
  private func ended(_ why: String) {
    standing.isUsable.store(false, ordering: .relaxed)
    if machine.state != .closed { news(theEnd) }
    for call in machine.connectionClosed() { end(call, .failure(.lost)) }
    endWaiting(refusal.map { "\(settings.name) \($0)" } ?? why)
    keepalive?.cancel()
    introduction?.cancel()
    alarm.clear()
  }

  /// What the end of the connection is to its client.
  private var theEnd: ConnectionNews {
    if machine.peer != nil || isRetired { return .left }
    return refusal.map { .refused($0) } ?? .failed
  }

  private func endWaiting(_ why: String) {
    let calls = waiting
    waiting = []
    for call in calls { end(call, .failure(.unreachable(why))) }
  }

  // MARK: Calls

  func begin(_ call: PendingCall) {
    if call.isDone { return end(call, .failure(.cancelled)) }
    switch machine.state {
    case .opening where !isRetired:
      waiting.append(call)
      note(call.deadline)
    case .open: send(call)
    default: end(call, .failure(.unreachable("The connection is closing")))
    }
  }

  private func send(_ call: PendingCall) {
    let limit = machine.peer?.maxMessageBytes ?? settings.maxMessageBytes
    let now = time.monotonic()
    let left = (call.deadline.at - now).milliseconds
    if left <= 0 { return end(call, .failure(CallFailure(error: .deadlinePassed))) }
    var header = call.header
    header.deadlineMilliseconds = UInt32(clamping: left)
    if isTooLong(call, header, limit: limit) {
      let error = RPCError.tooLong(call.body.readableBytes, limit: limit)
      return end(call, .failure(CallFailure(error: error)))
    }
    guard let number = machine.callBegan(call) else {
      retire()
      return end(call, .failure(.unreachable("The connection is closing")))
    }
    call.number = number
    write { buffer in
      buffer.writeFrame(.request, call: number) { frame in
        frame.writeParts(
          header: { header.write(to: &$0, context: call.context) }, body: call.body)
      }
    }
    note(call.deadline)
  }

  /// Whether the request's payload exceeds what the server takes. The header is measured only when
  /// the answer hangs on it.
  private func isTooLong(_ call: PendingCall, _ header: RequestHeader, limit: Int) -> Bool {
    let key = header.idempotencyKey?.utf8.count ?? 0
    let known = call.body.readableBytes + call.context.bytes.count + key
    guard known + RequestHeader.mostBytesBesides > limit else { return false }
    var payload = ByteBuffer()
    payload.writeParts(
      header: { header.write(to: &$0, context: call.context) }, body: ByteBuffer())
    return payload.readableBytes + call.body.readableBytes > limit
  }

  func abandon(_ call: PendingCall) {
    if let index = waiting.firstIndex(where: { $0 === call }) {
      waiting.remove(at: index)
      return end(call, .failure(.cancelled))
    }
    guard call.number != 0, machine.callAbandoned(call.number) else { return }
    write { $0.writeFrameHeader(FrameHeader(length: 0, type: .cancel, call: call.number)) }
    end(call, .failure(.cancelled))
    closeIfDone()
  }

  func consumed(_ call: PendingCall, bytes: Int) {
    guard let credit = machine.itemConsumed(call.number, bytes: bytes) else { return }
    write { $0.writeFrame(.credit, call: call.number) { $0.writeInteger(UInt32(credit)) } }
  }

  func retire() {
    isRetired = true
    standing.isUsable.store(false, ordering: .relaxed)
    _ = machine.drainBegan()
    endWaiting("The connection is closing")
    closeIfDone()
  }

  private func end(_ call: PendingCall, _ outcome: PendingCall.Outcome) {
    standing.inFlight.wrappingSubtract(1, ordering: .relaxed)
    call.finish(outcome)
  }

  private func closeIfDone() {
    guard machine.state == .draining, machine.isDrained, waiting.isEmpty else { return }
    flushGathered()
    channelContext?.close(promise: nil)
  }

  // MARK: Frames

  private func handle(_ output: FrameDecoder.Output) {
    switch output {
    case .preface(let preface): prefaceArrived(preface)
    case .frame(let header, let payload): act(machine.frameArrived(header), header, payload)
    case .oversize(let header):
      oversizeArrived(header)
    }
  }

  private func prefaceArrived(_ preface: Preface) {
    if let violation = machine.prefaceArrived(preface) { return close(because: violation) }
    introduction?.cancel()
    standing.isOpen.store(true, ordering: .relaxed)
    news(.opened)
    let calls = waiting
    waiting = []
    for call in calls {
      if call.isDone { end(call, .failure(.cancelled)) } else { send(call) }
    }
  }

  private func act(
    _ action: ConnectionMachine<PendingCall>.FrameAction, _ header: FrameHeader,
    _ payload: ByteBuffer
  ) {
    switch action {
    case .finishCall(let call):
      guard let outcome = Self.outcome(of: payload) else {
        end(call, .failure(.lost))
        return close(because: .malformedPayload(.response))
      }
      end(call, outcome)
      closeIfDone()
    case .deliverItem(let call): call.inbox?.add(payload)
    case .answerPing:
      write { $0.writeFrame(.pong, call: 0) { $0.writeImmutableBuffer(payload) } }
    case .ignore:
      if header.type == .goaway { goawayArrived(payload) }
    case .close(let violation): close(because: violation)
    case .leave, .startCall, .refuseCall, .stopHandler, .resumeSending:
      close(because: .unexpectedFrame(header.type))
    }
  }

  private func goawayArrived(_ payload: ByteBuffer) {
    guard let last = payload.getInteger(at: payload.readerIndex, as: UInt32.self) else {
      return close(because: .malformedPayload(.goaway))
    }
    standing.isUsable.store(false, ordering: .relaxed)
    guard case .leave(let unstarted) = machine.goawayArrived(last: last) else { return }
    for call in unstarted { end(call, .failure(CallFailure(error: .draining))) }
    closeIfDone()
  }

  private func oversizeArrived(_ header: FrameHeader) {
    let error = RPCError.tooLong(header.length, limit: settings.maxMessageBytes)
    switch machine.frameArrived(header) {
    case .finishCall(let call): end(call, .failure(CallFailure(error: error)))
    case .deliverItem(let call):
      call.finish(.failure(CallFailure(error: error)))
      abandon(call)
    case .ignore: return
    default: close(because: .malformedPayload(header.type))
    }
  }

  /// What a response says; nil when it makes no sense.
  private static func outcome(of payload: ByteBuffer) -> PendingCall.Outcome? {
    var body = payload
    guard let length = body.readHeaderLength() else { return nil }
    if length == 0 { return .success(body) }
    guard let header = body.readSlice(length: length),
      let error = try? header.withUnsafeReadableBytes({ try RPCError(reading: $0) })
    else { return nil }
    return .failure(CallFailure(error: error))
  }

  // MARK: Writing and time

  private func write(_ body: (inout ByteBuffer) -> Void) {
    if outbox.add(body) { executor.gather(self) }
  }

  func flushGathered() {
    guard let channelContext, let gathered = outbox.take() else { return }
    channelContext.writeAndFlush(gathered)
    outbox.reuse(gathered)
  }

  private func close(because violation: ProtocolViolation) {
    if machine.peer == nil, violation == .speaksTLS {
      refusal = "speaks TLS, for which this service is not set up"
      channelContext?.close(promise: nil)
      return ended("The connection broke the protocol")
    }
    log.warning(
      "a connection broke the protocol",
      metadata: ["service": "\(settings.name)", "violation": "\(violation)"])
    channelContext?.close(promise: nil)
    ended("The connection broke the protocol")
  }

  private func keepaliveDue() {
    switch machine.keepaliveDue() {
    case .nothing: return
    case .ping: write { $0.writeFrame(.ping, call: 0) { $0.writeInteger(UInt64(0)) } }
    case .close: channelContext?.close(promise: nil)
    }
  }

  private func note(_ deadline: Deadline) {
    let home = NIOLoopBound(self, eventLoop: executor.loop)
    alarm.note(deadline.at, now: time.monotonic(), on: executor.loop) {
      home.value.deadlinesMayHavePassed()
    }
  }

  private func deadlinesMayHavePassed() {
    alarm.clear()
    let now = time.monotonic()
    for call in waiting + machine.unanswered {
      guard call.deadline.at <= now else {
        note(call.deadline)
        continue
      }
      call.finish(.failure(CallFailure(error: .deadlinePassed)))
      abandon(call)
    }
  }
}
