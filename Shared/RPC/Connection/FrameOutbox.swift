import Kernel
import NIOCore

/// The bytes that a connection gathers during one turn of its loop and sends with one write.
struct FrameOutbox {
  /// A body of this size or more is not copied to the others' bytes: it goes out as it is, one more
  /// part of the same `writev`.
  static let largeBytes = 64 * 1024
  /// Storage larger than this is given back after a write.
  private static let keptBytes = 256 * 1024

  /// What one write takes along, in this order.
  struct Gathered {
    var parts: [ByteBuffer] = []
    var tail = ByteBuffer()
  }

  private var gathered = Gathered()
  private var isOpen = false
  /// Somebody will see to it that the bytes are sent.
  private var isAwaited = false

  /// From now on bytes are taken.
  mutating func open() { isOpen = true }

  /// From now on what is added is thrown away.
  mutating func close() { isOpen = false }

  /// Adds bytes; true when they are the first since the last `take`, which is to be arranged then.
  mutating func add(_ write: (inout ByteBuffer) -> Void) -> Bool {
    guard isOpen else { return false }
    write(&gathered.tail)
    defer { isAwaited = true }
    return !isAwaited
  }

  /// Adds bytes and a body that follows them; true as the other.
  mutating func add(_ write: (inout ByteBuffer) -> Void, body: ByteBuffer) -> Bool {
    guard body.readableBytes >= Self.largeBytes else {
      return add { buffer in
        write(&buffer)
        buffer.writeImmutableBuffer(body)
      }
    }
    let isFirst = add(write)
    if isOpen { gathered = Gathered(parts: gathered.parts + [gathered.tail, body]) }
    return isFirst
  }

  /// Takes everything gathered out, to be written. A write that fails ends the connection before it
  /// returns, so nothing of this may be in use meanwhile.
  mutating func take() -> Gathered? {
    isAwaited = false
    guard gathered.tail.readableBytes > 0 || !gathered.parts.isEmpty else { return nil }
    defer { gathered = Gathered() }
    return gathered
  }

  /// Gathers into the storage of bytes that have been written.
  mutating func reuse(_ written: consuming Gathered) {
    guard gathered.tail.readableBytes == 0, written.tail.capacity <= Self.keptBytes else { return }
    gathered.tail = written.tail
    gathered.tail.clear()
  }
}

extension ChannelHandlerContext {
  /// Sends what was gathered.
  func writeAndFlush(_ gathered: FrameOutbox.Gathered) {
    for part in gathered.parts { write(NIOAny(part), promise: nil) }
    writeAndFlush(NIOAny(gathered.tail), promise: nil)
  }
}

/// Wakes a connection when the earliest deadline of its calls has passed. One timer a connection: a
/// later deadline costs a comparison.
struct DeadlineAlarm {
  private var setFor: Duration?
  private var timer: Scheduled<Void>?

  /// Whether the alarm is set for this deadline or an earlier one.
  func rings(by deadline: Duration) -> Bool { setFor.map { $0 <= deadline } ?? false }

  /// A call with this deadline has begun; `ring` runs on the loop.
  mutating func note(
    _ deadline: Duration, now: Duration, on loop: any EventLoop,
    ring: @escaping @Sendable () -> Void
  ) {
    if rings(by: deadline) { return }
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
