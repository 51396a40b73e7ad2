import Kernel
import NIOCore

/// The bytes that a connection gathers during one turn of its loop and sends with one write.
struct FrameOutbox {
  /// Storage larger than this is given back after a write.
  private static let keptBytes = 256 * 1024

  private var buffer = ByteBuffer()
  private var isOpen = false
  /// Somebody will see to it that the bytes are sent.
  private var isAwaited = false

  /// From now on bytes are taken.
  mutating func open() { isOpen = true }

  /// From now on what is added is thrown away.
  mutating func close() { isOpen = false }

  /// Adds bytes; true when they are the first since the last `send`, which is to be arranged then.
  mutating func add(_ write: (inout ByteBuffer) -> Void) -> Bool {
    guard isOpen else { return false }
    write(&buffer)
    defer { isAwaited = true }
    return !isAwaited
  }

  /// Takes everything gathered out, to be written. A write that fails ends the connection before it
  /// returns, so nothing of this may be in use meanwhile.
  mutating func take() -> ByteBuffer? {
    isAwaited = false
    guard buffer.readableBytes > 0 else { return nil }
    defer { buffer = ByteBuffer() }
    return buffer
  }

  /// Gathers into the storage of bytes that have been written.
  mutating func reuse(_ written: consuming ByteBuffer) {
    guard buffer.readableBytes == 0, written.capacity <= Self.keptBytes else { return }
    buffer = written
    buffer.clear()
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
