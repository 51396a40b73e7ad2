import Protobuf
import CommonContract
import EdgeCore
import Kernel
import NIOCore
import RPC
import RouteTable

extension Gateway {
  static let longestKey = 255

  /// A request below `/api/`.
  func api(_ exchange: inout Exchange, _ segments: [String]) async throws -> Answer {
    let ask = exchange.ask
    let finding = index.find(
      segments, verb: ask.method,
      wantsEvents: HeaderList.accepts(ask.headers["accept"], "text/event-stream"))
    var scope = "default"
    var isOpen = true
    if case .found(let endpoint, _) = finding {
      (scope, exchange.view) = (endpoint.scope, endpoint.view)
      isOpen = endpoint.isOpen
    }
    let caller = try await admit(&exchange, scope: scope, isOpen: isOpen)
    switch finding {
    case .nothing: throw Refusal(404)
    case .wrongVerb(let allowed):
      var refusal = Refusal(405)
      refusal.allow = allowed
      throw refusal
    case .found(.page(let page), _): return try await pages.answer(page, exchange)
    case .found(.route(let plan), let captured):
      try Self.check(plan.route.method.minimumRole, caller)
      try Self.check(plan.route, caller.context)
      return try await call(plan, captured, caller, exchange)
    }
  }

  /// Finds who asks and counts the request, for their address when their credentials are no good.
  private func admit(
    _ exchange: inout Exchange, scope: String, isOpen: Bool
  ) async throws -> Caller {
    var caller = Caller.anonymous(requestID: exchange.requestID, address: exchange.address)
    var failure: (any Error)?
    do {
      caller = try await authenticator.caller(
        exchange.ask, requestID: exchange.requestID, address: exchange.address,
        trace: exchange.trace)
    } catch {
      // Where nobody needs to sign in, stale credentials do no harm.
      if !isOpen { failure = error }
    }
    let verdict = await throttle.verdict(scope: scope, caller)
    exchange.throttle = verdict.state
    if verdict.isRefused {
      var refusal = Refusal(429)
      let now = time.now().microseconds
      let left = (verdict.state?.reset ?? 0) * 1_000_000 - now
      refusal.retryAfter = .microseconds(max(left, 1_000_000))
      throw refusal
    }
    if let failure { throw failure }
    return caller
  }

  private static func check(_ minimum: MinimumRole, _ caller: Caller) throws {
    switch minimum {
    case .anyone: return
    case .internal: throw Refusal(404)
    case .role(let role):
      guard caller.isSignedIn else { throw Refusal(401) }
      guard caller.context.role >= role else { throw Refusal(403) }
    }
  }

  /// What the service would refuse as well.
  private static func check(_ route: Route, _ context: CallContext) throws {
    if let refusal = Gate().refusal(of: route.method, for: context) { throw refusal.error }
  }

  private func call(
    _ plan: RoutePlan, _ captured: [String], _ caller: Caller, _ exchange: Exchange
  ) async throws -> Answer {
    let route = plan.route
    try plan.checkSelection(exchange.ask.query)
    let request = try await Self.request(plan, captured, exchange.ask)
    guard let service = callers[route.context] else { throw Refusal(503) }
    let key = exchange.ask.headers["idempotency-key"].flatMap { $0.isEmpty ? nil : $0 }
    guard (key?.utf8.count ?? 0) <= Self.longestKey else {
      throw Refusal(400, "Idempotency-Key is longer than \(Self.longestKey)")
    }
    let outgoing = OutgoingCall(
      context: caller.context(of: route.method, in: route.context, exchange.ask),
      deadline: Deadline(in: route.method.timeout, of: time),
      idempotencyKey: key, trace: exchange.trace)
    if route.method.isStream {
      let stream = service.stream(route.method, request.bytes, outgoing)
      return route.shape == .events
        ? try await EventStream(plan: plan, exchange: exchange, time: time).answer(stream)
        : try await Self.streamed(stream, exchange)
    }
    let reply = try await service.call(route.method, request.bytes, outgoing)
    switch route.shape {
    case .empty: return Answer(204)
    case .raw: return try Self.raw(reply, exchange)
    case .object, .list, .array, .events:
      let envelope = Envelope(
        plan: plan, requestID: exchange.requestID, warnings: request.warnings,
        query: exchange.ask.query, address: exchange.url)
      return .json(route.status, try envelope.body(reply))
    }
  }

  private static func request(
    _ plan: RoutePlan, _ captured: [String], _ ask: Ask
  ) async throws -> EncodedRequest {
    if plan.route.takesRaw { return try await RequestEncoder.raw(ask, plan.route) }
    return try RequestEncoder.encode(
      plan, captured: captured, query: ask.query,
      content: try await RequestEncoder.Content(ask, route: plan))
  }

  /// A file sent as it is.
  static func raw(_ reply: ByteBuffer, _ exchange: Exchange) throws -> Answer {
    let file = try reply.withUnsafeReadableBytes { try Common.RawBody(decoding: $0) }
    return self.file(file, exchange, scope: "private")
  }

  static func file(_ file: Common.RawBody, _ exchange: Exchange, scope: String) -> Answer {
    var answer = Answer(200, type: type(of: file), file.body)
    if let etag = file.etag, !etag.isEmpty {
      let tag = etag.hasSuffix("\"") ? etag : "\"\(etag)\""
      answer.set("ETag", tag)
      if HeaderList.matches(exchange.ask.headers["if-none-match"], etag: tag) {
        (answer.status, answer.body) = (304, .none)
      }
    }
    if let age = file.maxAgeSeconds { answer.set("Cache-Control", "\(scope), max-age=\(age)") }
    if let name = file.fileName { answer.set("Content-Disposition", attachment(name)) }
    return answer
  }

  private static func type(of file: Common.RawBody) -> String {
    file.contentType.isEmpty ? "application/octet-stream" : file.contentType
  }

  private static func attachment(_ name: String) -> String {
    let plain = String(
      name.unicodeScalars.map { scalar -> Character in
        scalar.isASCII && scalar.value >= 0x20 && scalar != "\"" && scalar != "\\"
          ? Character(scalar) : "_"
      })
    let exact = plain == name ? "" : "; filename*=UTF-8''\(PercentCoding.encode(name))"
    return "attachment; filename=\"\(plain)\"\(exact)"
  }

  /// A file sent piece by piece, as fast as the client takes it.
  private static func streamed(_ stream: RPCStream, _ exchange: Exchange) async throws -> Answer {
    let first = try await stream.next()
    let head =
      try first.map { try $0.withUnsafeReadableBytes { try Common.RawBody(decoding: $0) } }
      ?? Common.RawBody()
    var answer = Answer(200, headers: [("Content-Type", type(of: head))])
    if let name = head.fileName { answer.set("Content-Disposition", attachment(name)) }
    answer.body = .pieces(
      Pieces(first: ByteBuffer(bytes: head.body)) {
        guard let next = try await stream.next() else { return nil }
        let piece = try next.withUnsafeReadableBytes { try Common.RawBody(decoding: $0) }
        return ByteBuffer(bytes: piece.body)
      })
    return answer
  }
}

extension Endpoint {
  /// Whether nobody needs to sign in.
  var isOpen: Bool {
    switch self {
    case .page: true
    case .route(let plan): plan.route.method.minimumRole == .anyone
    }
  }
}
