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

  /// What is left of a request once all checks have passed.
  private struct Admitted {
    let route: RPCRoutes.Route
    let call: IncomingCall
  }

  func requestArrived(_ number: UInt32, _ payload: ByteBuffer) {
    var body = payload
    guard let headerLength = body.readHeaderLength(),
      let header = body.readSlice(length: headerLength)
    else { return close(because: .malformedPayload(.request)) }
    do {
      let now = environment.time.monotonic()
      guard let admitted = try admit(number, header, now: now) else { return }
      start(number, admitted, body)
      note(admitted.call.deadline, now: now)
    } catch let refused as Refused {
      environment.counters.refused(refused.counted)
      respond(number, .failure(refused.error))
    } catch {
      close(because: .malformedPayload(.request))
    }
  }

  /// Nil when the call was answered on the spot.
  private func admit(_ number: UInt32, _ header: ByteBuffer, now: Duration) throws -> Admitted? {
    var verified: Result<VerifiedContext, any Error>?
    let request = try header.withUnsafeReadableBytes { bytes in
      try RequestHeader(reading: bytes) { context, signature in
        verified = Result { try contexts.context(context, signature) }
      }
    }
    guard let route = environment.routes[request.method] else {
      guard try answerBuiltIn(number, request.method) else { throw Self.unknownMethod }
      return nil
    }
    guard let verified = try? verified?.get() else { throw Self.badContext }
    if let (error, counted) = environment.gate.refusal(of: route.info, for: verified.context) {
      throw Refused(error: error, counted: counted)
    }
    let left = request.deadlineMilliseconds.map { Duration.milliseconds(Int64($0)) }
    let deadline = Deadline(at: now + (left ?? route.info.timeout))
    guard deadline.at > now else { throw Refused(error: .deadlinePassed, counted: .expired) }
    return Admitted(
      route: route,
      call: IncomingCall(
        verified: verified, header: request, deadline: deadline,
        trace: spans.child(of: request.trace), time: environment.time))
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
      respond(number, .success(reply))
    case BuiltIn.listMethods.number: respond(number, .success(environment.listing))
    default: return false
    }
    return true
  }

  private func start(_ number: UInt32, _ admitted: Admitted, _ body: ByteBuffer) {
    let serverCall = ServerCall(number: number, deadline: admitted.call.deadline)
    machine.callStarted(number, serverCall)
    environment.counters.handlerStarted()
    let home = NIOLoopBound(self, eventLoop: executor.loop)
    let route = admitted.route
    let call = admitted.call
    let (executor, log) = (self.executor, environment.log)
    switch route.placement {
    case .eventLoop:
      serverCall.task = Task(executorPreference: executor) {
        let sink = ConnectionSink(home: home, executor: executor, number: number)
        let outcome = await route.outcome(of: body, call, sink, log: log)
        home.value.handlerEnded(number, outcome)
      }
    case .pool:
      serverCall.task = Task {
        let sink = ConnectionSink(home: home, executor: executor, number: number)
        let outcome = await route.outcome(of: body, call, sink, log: log)
        await withTaskExecutorPreference(executor) { home.value.handlerEnded(number, outcome) }
      }
    }
  }

  fileprivate func handlerEnded(_ number: UInt32, _ outcome: Result<ByteBuffer, RPCError>) {
    if case .failure = outcome {
      environment.counters.handlerEnded(failed: true)
    } else {
      environment.counters.handlerEnded(failed: false)
    }
    if machine.handlerFinished(number) { respond(number, outcome) }
    endIfDrained()
  }

  /// One item of a stream; nil when it has been taken, else whether there is anybody to wait for.
  fileprivate func offer(_ item: ByteBuffer, of number: UInt32) throws -> Bool {
    let limit = machine.peer?.maxMessageBytes ?? 0
    guard item.readableBytes <= limit else {
      throw RPCError.tooLong(item.readableBytes, limit: limit)
    }
    switch machine.itemOffered(number, bytes: item.readableBytes) {
    case .send:
      write { $0.writeFrame(.item, call: number) { $0.writeImmutableBuffer(item) } }
      return true
    case .wait: return false
    case .gone: throw RPCError(.cancelled, "Nobody waits for the items any more")
    }
  }

  fileprivate func waitForCredit(
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

/// Sends a handler's items over its connection.
private struct ConnectionSink: ItemSink {
  let home: NIOLoopBound<ServerConnection>
  let executor: LoopExecutor
  let number: UInt32

  func send(_ body: ByteBuffer) async throws {
    try await withTaskExecutorPreference(executor) {
      while try !home.value.offer(body, of: number) {
        try await withCheckedThrowingContinuation { home.value.waitForCredit(number, $0) }
      }
    }
  }
}

extension RPCRoutes.Route {
  /// Runs the handler; every error becomes one that may travel.
  nonisolated(nonsending) func outcome(
    of body: ByteBuffer, _ call: IncomingCall, _ sink: some ItemSink, log: Logger
  ) async -> Result<ByteBuffer, RPCError> {
    do {
      switch handler {
      case .unary(let run): return .success(try await run(body, call))
      case .stream(let run):
        try await run(body, call, sink)
        return .success(ByteBuffer())
      }
    } catch let error as RPCError {
      return .failure(error)
    } catch is CancellationError {
      return .failure(RPCError(.cancelled, "The call was cancelled"))
    } catch {
      log.error(
        "a handler failed",
        metadata: [
          "method": "\(info.fullName)", "error": "\(error)", "trace": "\(call.trace.traceID)",
          "request": "\(call.context.requestID)",
        ])
      return .failure(RPCError(.internal, "Something went wrong"))
    }
  }
}
