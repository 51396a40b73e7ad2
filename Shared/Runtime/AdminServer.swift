import NIOCore
import NIOHTTP1
import NIOPosix

/// What an operator's GET gets.
struct AdminReply: Sendable {
  var isFine = true
  var contentType = "text/plain; charset=utf-8"
  var body: String
}

/// A minimal HTTP/1.1 server for probes and metrics: GET on fixed paths, nothing else.
final class AdminServer: Sendable {
  typealias Pages = [String: @Sendable () async -> AdminReply]

  private let channel: any Channel

  private init(channel: any Channel) { self.channel = channel }

  static func start(
    host: String, port: Int, on group: any EventLoopGroup, pages: Pages
  ) async throws -> AdminServer {
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
          try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(60)))
          try pipeline.addHandler(AdminHandler(pages: pages))
        }
      }
      .bind(host: host, port: port).get()
    return AdminServer(channel: channel)
  }

  var port: Int { channel.localAddress?.port ?? 0 }

  func close() async { try? await channel.close().get() }
}

private final class AdminHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let pages: AdminServer.Pages
  private var head: HTTPRequestHead?

  init(pages: AdminServer.Pages) { self.pages = pages }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      if let head { answer(head, context) }
      head = nil
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let path = String(head.uri.prefix { $0 != "?" })
    guard let page = pages[path] else {
      return write(.notFound, AdminReply(body: "not found\n"), head, context)
    }
    guard head.method == .GET || head.method == .HEAD else {
      return write(.methodNotAllowed, AdminReply(body: "GET only\n"), head, context)
    }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.makeFutureWithTask { await page() }.whenSuccess { reply in
      let (handler, context) = bound.value
      handler.write(reply.isFine ? .ok : .serviceUnavailable, reply, head, context)
    }
  }

  private func write(
    _ status: HTTPResponseStatus, _ reply: AdminReply, _ request: HTTPRequestHead,
    _ context: ChannelHandlerContext
  ) {
    let body = ByteBuffer(string: reply.body)
    let headers: HTTPHeaders = [
      "content-type": reply.contentType, "content-length": "\(body.readableBytes)",
      "cache-control": "no-store", "connection": request.isKeepAlive ? "keep-alive" : "close",
    ]
    let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request.method != .HEAD {
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    let written = context.eventLoop.makePromise(of: Void.self)
    if !request.isKeepAlive {
      let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
      written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
  }
}
