import EdgeCore
import Hummingbird
import HummingbirdCore
import Kernel
import Logging
import NIOCore
import RPC
import Synchronization

/// The HTTP server before the gateway.
package final class EdgeServer: Sendable {
  private let gateway: Gateway
  private let settings: EdgeSettings
  private let loops: RPCLoops
  private let time: any TimeSource
  private let log: Logger
  private let state = Mutex(State())

  private struct State {
    var listener: (any Channel)?
    var running = 0
    var isStopping = false
  }

  package init(
    gateway: Gateway, settings: EdgeSettings, loops: RPCLoops, time: any TimeSource,
    log: Logger
  ) {
    (self.gateway, self.settings, self.loops) = (gateway, settings, loops)
    (self.time, self.log) = (time, log)
  }

  /// Serves until the task is cancelled.
  package func run() async throws {
    let application = Application(
      responder: CallbackResponder<Peer> { [self] request, peer in
        await respond(request, peer)
      },
      server: HTTPServerBuilder { [loops, settings] responder in
        LoopBoundHTTP(
          http: HTTP1Channel(
            responder: responder,
            configuration: .init(idleTimeout: TimeAmount(settings.httpIdleTimeout))),
          loops: loops, patience: settings.httpPatience)
      },
      configuration: ApplicationConfiguration(
        address: .hostname(settings.httpHost, port: settings.httpPort),
        availableConnectionsDelegate: .maximum(settings.httpConnections, logger: log)),
      onServerRunning: { [self] channel in state.withLock { $0.listener = channel } },
      eventLoopGroupProvider: .shared(loops.group), logger: log)
    try await application.run()
  }

  /// The port it listens at; nil before it does.
  package var boundPort: Int? { state.withLock { $0.listener }?.localAddress?.port }

  /// Takes no further connections and returns when nothing is being answered any more.
  package func drain() async {
    let listener = state.withLock { state in
      state.isStopping = true
      return state.listener
    }
    try? await listener?.close()
    while state.withLock({ $0.running > 0 }) {
      guard (try? await time.sleep(for: .milliseconds(20))) != nil else { return }
    }
  }

  private func respond(_ request: Request, _ peer: Peer) async -> Response {
    state.withLock { $0.running += 1 }
    defer { state.withLock { $0.running -= 1 } }
    let answer = await gateway.answer(Ask(request, peer: peer.address))
    let response = Response(
      answer, to: request, closing: state.withLock { $0.isStopping })
    return request.method == .head ? response.createHeadResponse() : response
  }
}

/// Where a request comes from.
struct Peer: InitializableFromSource {
  let address: String

  init(source: ApplicationRequestContextSource) {
    address = source.channel.remoteAddress?.ipAddress ?? ""
  }
}

extension Ask {
  init(_ request: Request, peer: String) {
    var headers: [String: String] = [:]
    for field in request.headers {
      let name = field.name.canonicalName
      headers[name] = headers[name].map { "\($0), \(field.value)" } ?? field.value
    }
    if let authority = request.head.authority { headers["host"] = authority }
    self.init(
      method: request.method.rawValue, path: request.uri.path,
      query: Query(parsing: request.uri.query ?? ""), headers: headers, peer: peer
    ) { limit in
      var body = ByteBuffer()
      do {
        for try await piece in request.body {
          guard body.readableBytes + piece.readableBytes <= limit else { throw BodyTooLarge() }
          body.writeImmutableBuffer(piece)
        }
      } catch let error as BodyTooLarge {
        throw error
      } catch {
        throw BodyBroken()
      }
      return body
    }
  }
}

extension Response {
  /// Names that nearly every answer has, read once.
  private static let names: [String: HTTPFields.Element.Name] = [
    "Content-Type", "X-Request-ID", "X-Content-Type-Options", "X-Throttle-Limit",
    "X-Throttle-Remaining", "X-Throttle-Reset",
  ].reduce(into: [:]) { $0[$1] = HTTPFields.Element.Name($1) }

  init(_ answer: Answer, to request: Request, closing: Bool) {
    var fields = HTTPFields()
    for (name, value) in answer.headers {
      guard let name = Self.names[name] ?? HTTPFields.Element.Name(name) else { continue }
      fields.append(HTTPFields.Element(name: name, value: value))
    }
    if closing { fields[.connection] = "close" }
    let body: ResponseBody
    switch answer.body {
    case .none: body = ResponseBody()
    case .bytes(let bytes): body = ResponseBody(byteBuffer: bytes)
    case .pieces(let pieces): body = ResponseBody(asyncSequence: pieces)
    case .events(let events): body = .events(events, to: request)
    }
    self.init(status: .init(code: answer.status), headers: fields, body: body)
  }
}

extension ResponseBody {
  /// Sends events as they come and stops as soon as the client has gone, not only when the next
  /// one cannot be sent any more.
  fileprivate static func events(
    _ events: AsyncStream<ByteBuffer>, to request: Request
  ) -> ResponseBody {
    ResponseBody { writer in
      try await request.body.consumeWithCancellationOnInboundClose { _ in
        for await event in events { try await writer.write(event) }
      }
      try await writer.finish(nil)
    }
  }
}
