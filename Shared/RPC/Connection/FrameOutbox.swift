import Kernel
import NIOCore

/// The bytes that a connection gathers during one turn of its loop and sends with one write.
struct FrameOutbox {
  /// Storage larger than this is given back after a write.
  private static let keptBytes = 256 * 1024

  private var buffer = ByteBuffer()

  var isEmpty: Bool { buffer.readableBytes == 0 }

  /// Adds bytes.
  mutating func add(_ write: (inout ByteBuffer) -> Void) { write(&buffer) }

  /// Hands everything gathered to the channel.
  mutating func send(to context: ChannelHandlerContext) {
    guard !isEmpty else { return }
    context.writeAndFlush(NIOAny(buffer), promise: nil)
    if buffer.capacity > Self.keptBytes { buffer = ByteBuffer() } else { buffer.clear() }
  }
}

/// Wakes a connection when the earliest deadline of its calls has passed. One timer a connection: a
/// later deadline costs a comparison.
struct DeadlineAlarm {
  private var setFor: Duration?
  private var timer: Scheduled<Void>?

  /// A call with this deadline has begun; `ring` runs on the loop.
  mutating func note(
    _ deadline: Duration, now: Duration, on loop: any EventLoop,
    ring: @escaping @Sendable () -> Void
  ) {
    if let setFor, setFor <= deadline { return }
    timer?.cancel()
    setFor = deadline
    let wait = max(deadline - now, .zero) + .milliseconds(1)
    timer = loop.scheduleTask(in: .microseconds(wait.microseconds), ring)
  }

  /// The alarm has rung or is not needed any more.
  mutating func clear() {
    timer?.cancel()
    (timer, setFor) = (nil, nil)
  }
}
