import NIOCore

/// One connection: writes batches, hands answers to the exchanges in the order they were sent, and
/// gives the connection up when it talks nonsense or an answer is far overdue. Stays on its event
/// loop.
final class RedisChannelHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = RedisBatch
  typealias OutboundOut = ByteBuffer

  /// How often overdue answers are looked for while any is awaited.
  private static let checkInterval = TimeAmount.milliseconds(50)

  private var reader = RedisReplyReader()
  private var pending = CircularBuffer<RedisExchange>()
  private var isChecking = false
  private var failure: RedisError?
  private let patience: TimeAmount
  private let closed: @Sendable (RedisError) -> Void

  /// - Parameters:
  ///   - patience: how long after its time limit an answer may still come before the connection is
  ///     given up: everything behind it would wait as well.
  ///   - closed: called once, when the connection is gone, with what the awaited answers get.
  init(patience: TimeAmount, closed: @escaping @Sendable (RedisError) -> Void) {
    (self.patience, self.closed) = (patience, closed)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let batch = unwrapOutboundIn(data)
    pending.append(contentsOf: batch.exchanges)
    context.write(wrapOutboundOut(batch.bytes), promise: promise)
    scheduleCheck(context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard failure == nil else { return }
    do throws(RedisError) {
      try take(unwrapInboundIn(data))
    } catch {
      giveUp(context, error)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    giveUp(context, .connectionLost)
  }

  func channelInactive(context: ChannelHandlerContext) {
    let failure = failure ?? .connectionLost
    let lost = pending
    pending = []
    lost.forEach { $0.fail(failure) }
    closed(failure)
    context.fireChannelInactive()
  }

  private func take(_ bytes: ByteBuffer) throws(RedisError) {
    var fault: RedisError?
    bytes.withUnsafeReadableBytes { bytes in
      do throws(RedisError) { try reader.feed(bytes) } catch { fault = error }
    }
    if let fault { throw fault }
    while let value = try reader.next() {
      guard let exchange = pending.first else {
        throw .protocolViolation("an answer without a command")
      }
      // Completing it may close the connection, which empties the queue.
      if exchange.receive(value), pending.first === exchange { pending.removeFirst() }
    }
  }

  private func giveUp(_ context: ChannelHandlerContext, _ error: RedisError) {
    guard failure == nil else { return }
    failure = error
    context.close(promise: nil)
  }

  private func scheduleCheck(_ context: ChannelHandlerContext) {
    guard !isChecking, !pending.isEmpty else { return }
    isChecking = true
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.checkInterval) {
      self.isChecking = false
      self.check(context)
    }
  }

  /// Lets overdue callers go; their answers keep their place in the order.
  private func check(_ context: ChannelHandlerContext) {
    let now = NIODeadline.now()
    for exchange in pending where exchange.deadline <= now { exchange.fail(.timedOut) }
    if let oldest = pending.first, oldest.deadline + patience <= now {
      return giveUp(context, .timedOut)
    }
    scheduleCheck(context)
  }
}
