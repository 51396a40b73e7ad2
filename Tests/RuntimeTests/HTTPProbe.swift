import Foundation
import NIOCore
import NIOPosix

/// What an HTTP server said.
struct HTTPAnswer {
  let status: Int
  let head: String
  let body: String
}

/// Sends a request as bytes and reads until the server closes.
func exchange(_ request: String, port: Int) async throws -> HTTPAnswer {
  let whole = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: String.self)
  let connecting = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(Collecting(whole))
      }
    }
    .connect(host: "127.0.0.1", port: port)
  connecting.whenFailure { whole.fail($0) }
  let channel = try await connecting.get()
  try await channel.writeAndFlush(ByteBuffer(string: request))
  let text = try await whole.futureResult.get()
  let end = text.range(of: "\r\n\r\n")
  let words = text.split(separator: " ", maxSplits: 2)
  return HTTPAnswer(
    status: words.count > 1 ? Int(words[1]) ?? 0 : 0,
    head: end.map { String(text[..<$0.lowerBound]) } ?? text,
    body: end.map { String(text[$0.upperBound...]) } ?? "")
}

/// GETs a page of the admin port.
func get(_ path: String, port: Int) async throws -> HTTPAnswer {
  try await exchange(
    "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", port: port)
}

private final class Collecting: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private var bytes = ByteBuffer()
  private let whole: EventLoopPromise<String>

  init(_ whole: EventLoopPromise<String>) { self.whole = whole }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var piece = unwrapInboundIn(data)
    bytes.writeBuffer(&piece)
  }

  func channelInactive(context: ChannelHandlerContext) { whole.succeed(String(buffer: bytes)) }
}
