import Kernel
import Logging
import NIOCore

/// What all connections of one server share.
final class ServerEnvironment: Sendable {
  let settings: RPCServerSettings
  let routes: NumberTable<RPCRoutes.Route>
  let listing: ByteBuffer
  let signer: ContextSigner
  let gate = Gate()
  let counters = ServerCounters()
  let notices = Notices()
  let time: any TimeSource
  let log: Logger

  init(
    settings: RPCServerSettings, routes: RPCRoutes, signer: ContextSigner,
    time: any TimeSource, log: Logger
  ) {
    (self.settings, self.signer, self.time, self.log) = (settings, signer, time, log)
    listing = BuiltIn.listing(of: routes)
    var table = NumberTable<RPCRoutes.Route>()
    for route in routes.routes.values { table.insert(route, for: route.info.number) }
    self.routes = table
  }
}

/// The server's shell around the connection machine: decodes, starts handlers, writes answers.
final class ServerConnection: ChannelDuplexHandler, Flushable {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let environment: ServerEnvironment
  let executor: LoopExecutor
  let workers: Workers
  /// What every call is told when the other side may make none.
  let stranger: RPCError?
  var machine: ConnectionMachine<ServerCall>
  private var decoder: FrameDecoder
  private var outbox = FrameOutbox()
  private var alarm = DeadlineAlarm()
  private var keepalive: RepeatedTask?
  private var channelContext: ChannelHandlerContext?
  private var isClosing = false
  private var wantsToRead = false
  /// When the bytes that are being handled were read: deadlines count from here.
  private(set) var readAt = Duration.zero
  var contexts: VerifiedContexts
  var spans: SpanNumbers

  init(
    environment: ServerEnvironment, executor: LoopExecutor, seed: UInt64, stranger: RPCError? = nil
  ) {
    self.environment = environment
    self.stranger = stranger
    self.executor = executor
    workers = executor.workers
    let settings = environment.settings
    machine = ConnectionMachine(
      side: .server,
      limits: .init(
        maxInFlight: settings.maxInFlightPerConnection, streamWindowBytes: Preface.streamWindow))
    decoder = FrameDecoder(maxMessageBytes: settings.maxMessageBytes)
    contexts = VerifiedContexts(signer: environment.signer)
    spans = SpanNumbers(seed: seed)
  }

  // MARK: Channel events

  func channelActive(context: ChannelHandlerContext) {
    channelContext = context
    outbox.open()
    let preface = Preface(
      maxMessageBytes: environment.settings.maxMessageBytes,
      streamWindowBytes: Preface.streamWindow)
    write { $0.writePreface(preface) }
    let home = NIOLoopBound(self, eventLoop: executor.loop)
    let check = TimeAmount.microseconds(environment.settings.keepalive.microseconds / 2)
    keepalive = executor.loop.scheduleRepeatedTask(initialDelay: check, delay: check) { _ in
      home.value.keepaliveDue()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    for call in machine.connectionClosed() {
      environment.counters.handlerStopped()
      call.stop()
    }
    keepalive?.cancel()
    alarm.clear()
    channelContext = nil
    outbox.close()
    executor.runTurn()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    executor.turnIsComing()
    machine.bytesArrived()
    readAt = environment.time.monotonic()
    decoder.append(unwrapInboundIn(data))
    do {
      while let output = try decoder.next() { handle(output) }
    } catch {
      close(because: error)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) { executor.runTurn() }

  /// A peer that does not read its answers gets no further requests read.
  func read(context: ChannelHandlerContext) {
    if context.channel.isWritable { context.read() } else { wantsToRead = true }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    guard wantsToRead, context.channel.isWritable else { return }
    wantsToRead = false
    context.read()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  // MARK: Writing

  func write(_ body: (inout ByteBuffer) -> Void) {
    if outbox.add(body) { executor.gather(self) }
  }

  private func write(_ lead: (inout ByteBuffer) -> Void, body: ByteBuffer) {
    if outbox.add(lead, body: body) { executor.gather(self) }
  }

  func flushGathered() {
    guard let channelContext, let gathered = outbox.take() else { return }
    channelContext.writeAndFlush(gathered)
    outbox.reuse(gathered)
  }

  func answer(_ number: UInt32, _ reply: consuming RPCReply) {
    let most = (machine.peer?.maxMessageBytes ?? environment.settings.maxMessageBytes) - 4
    var size = 0
    switch consume reply {
    case .message(let message):
      write { size = $0.writeSuccess(of: number, message, most: most) }
    case .bytes(let bytes):
      size = bytes.readableBytes
      if size <= most { write({ $0.writeSuccessLead(of: number, size: size) }, body: bytes) }
    }
    if size > most { respond(number, .tooLong(size, limit: most + 4)) }
  }

  func send(item: ByteBuffer, of number: UInt32) {
    let header = FrameHeader(length: item.readableBytes, type: .item, call: number)
    write({ $0.writeFrameHeader(header) }, body: item)
  }

  func respond(_ number: UInt32, _ error: RPCError) {
    write { buffer in
      buffer.writeFrame(.response, call: number) { frame in
        frame.writeParts(header: { error.write(to: &$0) }, body: ByteBuffer())
      }
    }
  }

  // MARK: Frames

  private func handle(_ output: FrameDecoder.Output) {
    switch output {
    case .preface(let preface):
      if let violation = machine.prefaceArrived(preface) { close(because: violation) }
    case .frame(let header, let payload): act(machine.frameArrived(header), header, payload)
    case .oversize(let header): oversizeArrived(header)
    }
  }

  private func act(
    _ action: ConnectionMachine<ServerCall>.FrameAction, _ header: FrameHeader,
    _ payload: ByteBuffer
  ) {
    switch action {
    case .startCall: requestArrived(header.call, payload)
    case .refuseCall(let error): refuse(header.call, error)
    case .stopHandler(let call):
      environment.counters.handlerStopped()
      call.stop()
    case .resumeSending(let call):
      call.waiter?.resume()
      call.waiter = nil
    case .answerPing:
      write { $0.writeFrame(.pong, call: 0) { $0.writeImmutableBuffer(payload) } }
    case .ignore:
      if header.type == .credit { creditArrived(header, payload) }
    case .close(let violation): close(because: violation)
    case .deliverItem, .finishCall, .leave: close(because: .unexpectedFrame(header.type))
    }
  }

  private func creditArrived(_ header: FrameHeader, _ payload: ByteBuffer) {
    guard let bytes = payload.getInteger(at: payload.readerIndex, as: UInt32.self) else {
      return close(because: .malformedPayload(.credit))
    }
    let action = machine.creditGranted(header.call, bytes: Int(bytes))
    if case .ignore = action { return }
    act(action, header, payload)
  }

  private func oversizeArrived(_ header: FrameHeader) {
    switch machine.frameArrived(header) {
    case .startCall:
      environment.counters.refused(.tooLarge)
      respond(header.call, .tooLong(header.length, limit: environment.settings.maxMessageBytes))
    case .refuseCall(let error): refuse(header.call, error)
    default: close(because: .malformedPayload(header.type))
    }
  }

  private func refuse(_ number: UInt32, _ error: RPCError) {
    environment.counters.refused(error == .draining ? .draining : .tooManyCalls)
    respond(number, error)
  }

  // MARK: Time

  private func keepaliveDue() {
    switch machine.keepaliveDue() {
    case .nothing: return
    case .ping: write { $0.writeFrame(.ping, call: 0) { $0.writeInteger(UInt64(0)) } }
    case .close: channelContext?.close(promise: nil)
    }
  }

  func note(_ deadline: Deadline, now: Duration) {
    guard !alarm.rings(by: deadline.at) else { return }
    let home = NIOLoopBound(self, eventLoop: executor.loop)
    alarm.note(deadline.at, now: now, on: executor.loop) { home.value.deadlinesMayHavePassed() }
  }

  private func deadlinesMayHavePassed() {
    alarm.clear()
    let now = environment.time.monotonic()
    for call in machine.unanswered {
      guard call.deadline.at <= now else {
        note(call.deadline, now: now)
        continue
      }
      guard let expired = machine.deadlinePassed(call.number) else { continue }
      environment.counters.handlerTimedOut()
      respond(call.number, .deadlinePassed)
      expired.stop()
    }
  }

  // MARK: The end

  /// Takes no further calls and tells the client so; the connection ends when its calls have.
  func drain() {
    guard let last = machine.drainBegan() else { return }
    write { $0.writeGoaway(last: last, reason: "draining") }
    endIfDrained()
  }

  /// Stops all handlers and closes.
  func abort() {
    for call in machine.unanswered { call.stop() }
    channelContext?.close(promise: nil)
  }

  /// The client leaves by itself once it has all its answers; one that does not is let go after a
  /// while.
  func endIfDrained() {
    guard machine.state == .draining, machine.isDrained else { return }
    let home = NIOLoopBound(self, eventLoop: executor.loop)
    executor.loop.scheduleTask(in: .seconds(1)) { home.value.channelContext?.close(promise: nil) }
  }

  /// Reads on for a while and throws it away: closing with bytes unread would reset the connection,
  /// and the client might never read why.
  func close(because violation: ProtocolViolation) {
    guard !isClosing else { return }
    environment.notices.warn(
      "a connection broke the protocol",
      ["violation": "\(violation)", "peer": "\(channelContext?.remoteAddress?.ipAddress ?? "")"],
      to: environment.log, now: environment.time.monotonic())
    write { $0.writeGoaway(last: machine.lastCall, reason: "\(violation)") }
    isClosing = true
    flushGathered()
    outbox.close()
    decoder.stop()
    guard let channelContext else { return }
    let home = NIOLoopBound(self, eventLoop: executor.loop)
    channelContext.writeAndFlush(NIOAny(ByteBuffer())).whenComplete { _ in
      home.value.channelContext?.close(mode: .output, promise: nil)
    }
    executor.loop.scheduleTask(in: .seconds(1)) { home.value.channelContext?.close(promise: nil) }
  }
}

extension ByteBuffer {
  mutating func writeGoaway(last: UInt32, reason: String) {
    writeFrame(.goaway, call: 0) { frame in
      frame.writeInteger(last)
      frame.writeString(reason)
    }
  }
}

extension Preface {
  /// Bytes of items that a stream may be ahead of its reader.
  static let streamWindow = 256 * 1024
}

extension RPCError {
  static let deadlinePassed = RPCError(.deadlineExceeded, "The deadline has passed")
}
