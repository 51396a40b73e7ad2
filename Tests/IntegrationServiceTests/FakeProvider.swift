import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A provider on the loopback that answers as each test tells it to.
final class FakeProvider: Sendable {
  enum Answer: Sendable {
    case status(Int, headers: [(String, String)] = [], body: [UInt8])
    /// Takes the request and says nothing.
    case silence
    /// Begins to answer and stops in the middle of the body.
    case stall
    /// Closes the connection in the middle of the body.
    case brokenOff

    static func text(_ status: Int, _ body: String, headers: [(String, String)] = []) -> Answer {
      .status(status, headers: headers, body: Array(body.utf8))
    }
  }

  struct Request: Sendable {
    let method: String
    let path: String
    let headers: HTTPHeaders
    let body: String
  }

  private struct State {
    var script: [Answer] = []
    var requests: [Request] = []
  }

  let port: Int
  private let channel: any Channel
  private let state: Box

  private final class Box: Sendable {
    let state = Mutex(State())
  }

  static func start() async throws -> FakeProvider {
    let box = Box()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(box))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return FakeProvider(channel, box)
  }

  private init(_ channel: any Channel, _ state: Box) {
    (self.channel, self.state) = (channel, state)
    port = channel.localAddress?.port ?? 0
  }

  var url: String { "http://127.0.0.1:\(port)/v1" }

  /// The answers to come, in turn; the last one stays.
  func answers(_ script: Answer...) { state.state.withLock { $0.script = script } }

  var requests: [Request] { state.state.withLock { $0.requests } }

  /// From now on connections are refused.
  func stop() async { try? await channel.close() }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let box: Box
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(_ box: Box) { self.box = box }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): (self.head, body) = (head, ByteBuffer())
      case .body(var part): body.writeBuffer(&part)
      case .end: if let head { answer(head, context) }
      }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
      let request = Request(
        method: head.method.rawValue, path: head.uri, headers: head.headers,
        body: String(buffer: body))
      let answer = box.state.withLock { state in
        state.requests.append(request)
        return state.script.count > 1 ? state.script.removeFirst() : state.script.first
      }
      switch answer {
      case .status(let status, let headers, let body):
        send(status, headers, promising: body.count, body, context)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      case .stall: send(200, [], promising: 1_000, Array("{".utf8), context)
      case .brokenOff:
        send(200, [], promising: 1_000, Array("{".utf8), context)
        context.close(promise: nil)
      case .silence, nil: return
      }
    }

    private func send(
      _ status: Int, _ headers: [(String, String)], promising length: Int, _ body: [UInt8],
      _ context: ChannelHandlerContext
    ) {
      let head = HTTPResponseHead(
        version: .http1_1, status: HTTPResponseStatus(statusCode: status),
        headers: HTTPHeaders(headers + [("content-length", "\(length)")]))
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.writeAndFlush(
        wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    }
  }
}
