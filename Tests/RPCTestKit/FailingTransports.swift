import Kernel
import NIOCore
import RPC
import Synchronization
import TestKit

/// Which calls of a failing transport fail.
package final class Faults: Sendable {
  private let matches: @Sendable (MethodInfo, Int) -> Bool
  private let seen = Atomic(0)

  private init(_ matches: @escaping @Sendable (MethodInfo, Int) -> Bool) { self.matches = matches }

  /// Every call.
  package static var always: Faults { Faults { _, _ in true } }

  /// The first `count` calls.
  package static func first(_ count: Int) -> Faults { Faults { _, number in number <= count } }

  /// Each `count`th call.
  package static func every(_ count: Int) -> Faults {
    Faults { _, number in number.isMultiple(of: count) }
  }

  /// Every call of these methods.
  package static func of(_ methods: MethodInfo...) -> Faults {
    Faults { method, _ in methods.contains(method) }
  }

  /// Counts one call; whether it fails.
  func next(_ method: MethodInfo) -> Bool {
    matches(method, seen.wrappingAdd(1, ordering: .relaxed).newValue)
  }
}

/// The service does its work, the answer gets lost on the way back.
package struct DropsReply: RPCCaller {
  private let inner: any RPCCaller
  private let faults: Faults

  package init(_ inner: any RPCCaller, _ faults: Faults = .always) {
    (self.inner, self.faults) = (inner, faults)
  }

  package func call(
    _ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall
  ) async throws -> ByteBuffer {
    let isLost = faults.next(method)
    let reply = try await inner.call(method, body, call)
    if isLost { throw RPCError(.unavailable, "The connection was lost") }
    return reply
  }

  /// Loses the end of the stream: all items arrive, then the connection breaks.
  package func stream(_ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall) -> RPCStream {
    let stream = inner.stream(method, body, call)
    return faults.next(method) ? RPCStream(LosesEnd(stream: stream)) : stream
  }
}

private struct LosesEnd: ItemSource {
  let stream: RPCStream

  func next() async throws -> ByteBuffer? {
    if let item = try await stream.next() { return item }
    throw RPCError(.unavailable, "The connection was lost")
  }

  func cancel() {}
}

/// The service gets the same request twice, one after the other; the second answer counts.
package struct DuplicatesRequest: RPCCaller {
  private let inner: any RPCCaller
  private let faults: Faults

  package init(_ inner: any RPCCaller, _ faults: Faults = .always) {
    (self.inner, self.faults) = (inner, faults)
  }

  package func call(
    _ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall
  ) async throws -> ByteBuffer {
    if faults.next(method) { _ = try? await inner.call(method, body, call) }
    return try await inner.call(method, body, call)
  }

  /// The first stream is read to its end, then the second is handed out.
  package func stream(_ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall) -> RPCStream {
    let second = inner.stream(method, body, call)
    guard faults.next(method) else { return second }
    return RPCStream(ReadsTwice(first: inner.stream(method, body, call), second: second))
  }
}

private struct ReadsTwice: ItemSource {
  let first: RPCStream
  let second: RPCStream

  func next() async throws -> ByteBuffer? {
    while try await first.next() != nil {}
    return try await second.next()
  }

  func cancel() {}
}

/// Nothing comes back before the deadline, and the service never hears of the call.
package struct Stalls: RPCCaller {
  private let inner: any RPCCaller
  private let faults: Faults
  private let time: any TimeSource

  package init(
    _ inner: any RPCCaller, _ faults: Faults = .always, time: any TimeSource = RealTime()
  ) {
    (self.inner, self.faults, self.time) = (inner, faults, time)
  }

  package func call(
    _ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall
  ) async throws -> ByteBuffer {
    if faults.next(method) { try await stall(call) }
    return try await inner.call(method, body, call)
  }

  package func stream(_ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall) -> RPCStream {
    guard faults.next(method) else { return inner.stream(method, body, call) }
    return RPCStream(FailingItems { try await stall(call) })
  }

  private func stall(_ call: OutgoingCall) async throws {
    do {
      try await time.sleep(for: call.deadline.left(of: time))
    } catch {
      throw RPCError(.cancelled, "The call was cancelled")
    }
    throw RPCError(.deadlineExceeded, "The deadline has passed")
  }
}

/// The service cannot be reached.
package struct Unavailable: RPCCaller {
  private let inner: any RPCCaller
  private let faults: Faults

  package init(_ inner: any RPCCaller, _ faults: Faults = .always) {
    (self.inner, self.faults) = (inner, faults)
  }

  private static let error = RPCError(
    .unavailable, "No connection", details: ErrorDetails(reason: "unreachable"),
    isUnstarted: true)

  package func call(
    _ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall
  ) async throws -> ByteBuffer {
    if faults.next(method) { throw Self.error }
    return try await inner.call(method, body, call)
  }

  package func stream(_ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall) -> RPCStream {
    guard faults.next(method) else { return inner.stream(method, body, call) }
    return RPCStream(FailingItems { throw Self.error })
  }
}

private struct FailingItems: ItemSource {
  let fail: @Sendable () async throws -> Void

  func next() async throws -> ByteBuffer? {
    try await fail()
    return nil
  }

  func cancel() {}
}
