import CPostgres
import Glibc

/// One epoll set and the event descriptor that interrupts a wait.
///
/// The kernel allows every call here from any thread at any time.
final class Epoll: Sendable {
  private let descriptor: Int32
  private let interrupt: Int32
  /// The key under which an interrupt is reported.
  static let interruptKey = UInt64.max

  init() {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    interrupt = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    precondition(descriptor >= 0 && interrupt >= 0, "no descriptors left for the database")
    watch(interrupt, key: Self.interruptKey)
  }

  deinit {
    Glibc.close(interrupt)
    Glibc.close(descriptor)
  }

  /// Reports `socket` under `key` whenever it is readable, or writable, as asked.
  func watch(_ socket: Int32, key: UInt64, readable: Bool = true, writable: Bool = false) {
    var event = epoll_event()
    event.events = (readable ? EPOLLIN.rawValue : 0) | (writable ? EPOLLOUT.rawValue : 0)
    event.data.u64 = key
    if epoll_ctl(descriptor, EPOLL_CTL_MOD, socket, &event) != 0 {
      _ = epoll_ctl(descriptor, EPOLL_CTL_ADD, socket, &event)
    }
  }

  func forget(_ socket: Int32) {
    var event = epoll_event()
    _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, &event)
  }

  /// Makes a wait in progress, or the next one, return.
  func wake() {
    var one: UInt64 = 1
    _ = write(interrupt, &one, 8)
  }

  /// Fills `keys` with the keys of ready sockets; returns early on `wake`.
  func wait(for duration: Duration?, into keys: inout [UInt64]) {
    keys.removeAll(keepingCapacity: true)
    let timeout = duration.map { Int32(clamping: max(0, ($0.wholeMicroseconds + 999) / 1_000)) }
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) { events in
      let count = epoll_wait(descriptor, events.baseAddress, 64, timeout ?? -1)
      for index in 0..<max(0, Int(count)) {
        let key = events[index].data.u64
        if key == Self.interruptKey { clearInterrupt() } else { keys.append(key) }
      }
    }
  }

  private func clearInterrupt() {
    var value: UInt64 = 0
    _ = read(interrupt, &value, 8)
  }
}

/// The monotonic clock of the machine, on which sockets are waited for.
func machineTime() -> Duration {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
}

extension Duration {
  var wholeMicroseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }
}
