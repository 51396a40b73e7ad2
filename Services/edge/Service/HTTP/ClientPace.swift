import NIOCore
import NIOHTTP1

/// Waits for a client only so long: a request that is not complete in time ends its connection,
/// however steadily it trickles, and so does an answer of which nothing is taken. A client that
/// waits for leave to send its body (RFC 9110, section 10.1.1) gets it.
final class ClientPace: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let limit: TimeAmount
  private var isArriving = false
  private var unanswered = 0
  private var arrival: Scheduled<Void>?
  private var departure: Scheduled<Void>?

  /// - Parameter limit: from a request's head to its end, and from when an answer cannot go on to
  ///   when it can.
  init(limit: Duration) { self.limit = TimeAmount(limit) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      isArriving = true
      if unanswered == 0, head.waitsForLeave {
        let leave = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(leave)), promise: nil)
      }
      unanswered += 1
    case .body: break
    case .end:
      isArriving = false
      Self.stop(&arrival)
    }
    context.fireChannelRead(data)
  }

  /// Most requests are complete when they are first looked at.
  func channelReadComplete(context: ChannelHandlerContext) {
    if isArriving, arrival == nil { arrival = ending(context.channel) }
    context.fireChannelReadComplete()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
    context.write(data, promise: promise)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    Self.stop(&departure)
    if !context.channel.isWritable { departure = ending(context.channel) }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    stopAll()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { stopAll() }

  private func ending(_ channel: any Channel) -> Scheduled<Void> {
    channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
  }

  private func stopAll() {
    Self.stop(&arrival)
    Self.stop(&departure)
  }

  private static func stop(_ task: inout Scheduled<Void>?) {
    task?.cancel()
    task = nil
  }
}

extension HTTPRequestHead {
  fileprivate var waitsForLeave: Bool {
    version == .http1_1 && headers["expect"].contains { $0.lowercased() == "100-continue" }
  }
}
