import Kernel
import NIOCore
import Synchronization

/// The items of a stream that have arrived and were not read yet; credit bounds them.
final class StreamInbox: Sendable {
  typealias Next = Result<ByteBuffer?, CallFailure>

  fileprivate struct State {
    var items: [ByteBuffer] = []
    var taken = 0
    var end: CallFailure??
    var waiter: UnsafeContinuation<Next, Never>?
  }

  private let state = Mutex(State())

  /// An item arrived.
  func add(_ item: ByteBuffer) {
    let waiter = state.withLock { state -> UnsafeContinuation<Next, Never>? in
      defer { state.waiter = nil }
      if state.waiter == nil { state.items.append(item.onItsOwn) }
      return state.waiter
    }
    waiter?.resume(returning: .success(item))
  }

  /// No further items.
  func finish(_ outcome: PendingCall.Outcome) {
    var failure: CallFailure?
    if case .failure(let why) = outcome { failure = why }
    let waiter = state.withLock { state -> UnsafeContinuation<Next, Never>? in
      if state.end == nil { state.end = .some(failure) }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: failure.map { .failure($0) } ?? .success(nil))
  }

  /// The next item; nil after the last.
  func next() async -> Next {
    await withUnsafeContinuation { continuation in
      let ready = state.withLock { state -> Next? in
        if let item = state.take() { return .success(item) }
        if let end = state.end { return end.map { .failure($0) } ?? .success(nil) }
        state.waiter = continuation
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }
}

extension ByteBuffer {
  /// The same bytes, without keeping much more storage alive: an item is a slice of all that one
  /// read brought, and one small item of each read would keep everything.
  fileprivate var onItsOwn: ByteBuffer {
    storageCapacity > 4 * readableBytes ? ByteBuffer(bytes: readableBytesView) : self
  }
}

extension StreamInbox.State {
  /// The oldest item; storage is given back in batches.
  fileprivate mutating func take() -> ByteBuffer? {
    guard taken < items.count else { return nil }
    defer {
      taken += 1
      if taken == items.count {
        items.removeAll(keepingCapacity: true)
        taken = 0
      }
    }
    return items[taken]
  }
}
