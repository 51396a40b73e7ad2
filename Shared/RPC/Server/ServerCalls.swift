import Kernel
import Logging
import NIOCore

/// Numbers for spans: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), seeded once a connection.
struct SpanNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  /// A child of the caller's span; the start of a trace when there is none.
  mutating func child(of trace: TraceParent) -> TraceParent {
    var child = trace
    child.span = next() | 1
    if trace.traceHigh | trace.traceLow == 0 {
      (child.traceHigh, child.traceLow, child.flags) = (next(), next() | 1, 1)
    }
    return child
  }
}

// From the request frame to the running handler and back.
extension ServerConnection {
  private struct Refused: Error {
    let error: RPCError
    let counted: Refusal
  }

  /// A request as it lies in its frame; what it points to ends with the frame.
  private struct Request {
    var header: RequestHeader
    /// Nil when there is none or it is not genuine.
    var context: VerifiedContext?
    var body: ByteBuffer
  }

  func requestArrived(_ number: UInt32, _ payload: ByteBuffer) {
    do {
      if let call = try admit(number, try read(payload)) { start(call) }
    } catch let refused as Refused {
      environment.counters.refused(refused.counted)
      respond(number, refused.error)
    } catch {
      close(because: .malformedPayload(.request))
    }
  }

  private func read(_ payload: ByteBuffer) throws(MalformedHeader) -> Request {
    var verified: VerifiedContext?
    var body = payload
    let (header, length) = try payload.withUnsafeReadableBytes { bytes throws(MalformedHeader) in
      guard bytes.count >= 4 else { throw MalformedHeader() }
      let length = Int(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
      guard length <= bytes.count - 4 else { throw MalformedHeader() }
      let header = try RequestHeader(
        reading: UnsafeRawBufferPointer(rebasing: bytes[4..<4 + length])
      ) { verified = try? contexts.context($0, $1) }
      return (header, length)
    }
    body.moveReaderIndex(forwardBy: 4 + length)
    return Request(header: header, context: verified, body: body)
  }

  /// Nil when the call was answered on the spot.
  private func admit(_ number: UInt32, _ request: Request) throws -> ServerCall? {
    if let stranger { throw Refused(error: stranger, counted: .caller) }
    guard let route = environment.routes[request.header.method] else {
      guard try answerBuiltIn(number, request.header.method) else { throw Self.unknownMethod }
      return nil
    }
    guard let verified = request.context else { throw Self.badContext }
    if let (error, counted) = environment.gate.refusal(of: route.info, for: verified.context) {
      throw Refused(error: error, counted: counted)
    }
    let left = request.header.deadlineMilliseconds.map { Duration.milliseconds(Int64($0)) }
    let deadline = Deadline(at: readAt + (left ?? route.info.timeout))
    guard deadline.at > readAt else { throw Refused(error: .deadlinePassed, counted: .expired) }
    return ServerCall(
      number: number, connection: self, route: route,
      incoming: IncomingCall(
        verified: verified, header: request.header, deadline: deadline,
        trace: spans.child(of: request.header.trace), time: environment.time),
      body: request.body)
  }

  private static let unknownMethod = Refused(
    error: RPCError(.unimplemented, "No such method", reason: "unknown_method"),
    counted: .unknownMethod)
  private static let badContext = Refused(
    error: RPCError(.unauthenticated, "No valid call context", reason: "bad_context"),
    counted: .badContext)

  private func answerBuiltIn(_ number: UInt32, _ method: UInt32) throws -> Bool {
    switch method {
    case BuiltIn.health.number:
      let reply = BuiltIn.healthReply(
        isServing: machine.state == .open, inFlight: environment.counters.figures.inFlight)
      answer(number, .bytes(reply))
    case BuiltIn.listMethods.number: answer(number, .bytes(environment.listing))
    default: return false
    }
    return true
  }

  private func start(_ call: ServerCall) {
    machine.callStarted(call.number, call)
    note(call.deadline, now: readAt)
    call.start()
  }

  /// Whether the handler of an admitted call starts: not when the caller has left meanwhile, and
  /// not when the deadline has passed since the request was read.
  func mayStart(_ call: ServerCall) -> Bool {
    guard !call.isStopped, !call.deadline.hasPassed(of: environment.time) else {
      neverStarted(call)
      return false
    }
    environment.counters.handlerStarted()
    return true
  }

  /// An admitted call ended before its turn came.
  func neverStarted(_ call: ServerCall) {
    let isWanted = machine.handlerFinished(call.number)
    if isWanted {
      environment.counters.refused(.expired)
      respond(call.number, .deadlinePassed)
    }
    endIfDrained()
  }

  func handlerEnded(_ call: ServerCall, _ outcome: consuming Result<RPCReply, RPCError>) {
    let isWanted = machine.handlerFinished(call.number)
    switch consume outcome {
    case .success(let reply):
      environment.counters.handlerEnded(failed: false)
      if isWanted { answer(call.number, reply) }
    case .failure(let error):
      environment.counters.handlerEnded(failed: true)
      if isWanted { respond(call.number, error) }
    }
    endIfDrained()
  }

  /// One item of a stream; true when it has been taken, false when it must wait for credit.
  func offer(_ item: ByteBuffer, of number: UInt32) throws -> Bool {
    let limit = machine.peer?.maxMessageBytes ?? 0
    guard item.readableBytes <= limit else {
      throw RPCError.tooLong(item.readableBytes, limit: limit)
    }
    switch machine.itemOffered(number, bytes: item.readableBytes) {
    case .send:
      send(item: item, of: number)
      return true
    case .wait: return false
    case .gone: throw RPCError(.cancelled, "Nobody waits for the items any more")
    }
  }

  func waitForCredit(
    _ number: UInt32, _ continuation: CheckedContinuation<Void, any Error>
  ) {
    guard let call = machine.unansweredCall(number) else {
      continuation.resume(throwing: RPCError(.cancelled, "Nobody waits for the items any more"))
      return
    }
    call.waiter?.resume()
    call.waiter = continuation
  }
}

extension RPCRoutes.Route {
  /// Runs the handler; every error becomes one that may travel.
  nonisolated(nonsending) func outcome(
    of body: ByteBuffer, _ call: IncomingCall, log: Logger, sink: () -> some ItemSink
  ) async -> Result<RPCReply, RPCError> {
    do {
      switch handler {
      case .unary(let run): return .success(try await run(body, call))
      case .stream(let run):
        try await run(body, call, sink())
        return .success(.bytes(ByteBuffer()))
      }
    } catch {
      return .failure(answer(to: error, of: call, log))
    }
  }

  private func answer(to error: any Error, of call: IncomingCall, _ log: Logger) -> RPCError {
    if let error = error as? RPCError { return error }
    if error is CancellationError { return RPCError(.cancelled, "The call was cancelled") }
    log.error(
      "a handler failed",
      metadata: [
        "method": "\(info.fullName)", "error": "\(error)", "trace": "\(call.trace.traceID)",
        "request": "\(call.context.requestID)",
      ])
    return RPCError(.internal, "Something went wrong")
  }
}
