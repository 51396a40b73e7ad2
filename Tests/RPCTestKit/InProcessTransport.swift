import Kernel
import NIOCore
import RPC
import Synchronization
import TestKit

/// Calls a service's routes in this very process, through the same checks and the same bytes as
/// over TCP: contexts are signed and verified, deadlines run, cancellation reaches the handler.
package struct InProcessTransport: RPCCaller {
  private let routes: [UInt32: RPCRoutes.Route]
  private let listing: ByteBuffer
  private let time: any TimeSource
  private let signer = ContextSigner(key: Array(repeating: 7, count: 32))
  private let gate = Gate()

  package init(_ routes: RPCRoutes, time: any TimeSource = RealTime()) {
    (self.routes, listing, self.time) = (routes.routes, BuiltIn.listing(of: routes), time)
  }

  package func call(
    _ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall
  ) async throws -> ByteBuffer {
    if method.number == BuiltIn.health.number {
      return BuiltIn.healthReply(isServing: true, inFlight: 0)
    }
    if method.number == BuiltIn.listMethods.number { return listing }
    let (route, incoming) = try admit(method, call)
    guard case .unary(let run) = route.handler else {
      throw RPCError(.unimplemented, "\(method.fullName) answers a stream")
    }
    return try await untilDeadline(incoming) { try await run(body, incoming).packed() }
  }

  package func stream(
    _ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall
  ) -> RPCStream {
    RPCStream(
      HandedItems { sink in
        let (route, incoming) = try admit(method, call)
        guard case .stream(let run) = route.handler else {
          throw RPCError(.unimplemented, "\(method.fullName) answers no stream")
        }
        try await untilDeadline(incoming) { try await run(body, incoming, sink) }
      })
  }

  private func admit(
    _ method: MethodInfo, _ call: OutgoingCall
  ) throws -> (RPCRoutes.Route, IncomingCall) {
    let context = try signer.verify(signer.sign(call.context))
    guard let route = routes[method.number] else {
      throw RPCError(.unimplemented, "No such method", reason: "unknown_method")
    }
    if let refusal = gate.refusal(of: route.info, for: context) { throw refusal.error }
    guard !call.deadline.hasPassed(of: time) else { throw Self.deadlinePassed }
    let incoming = IncomingCall(
      context: context, deadline: call.deadline, idempotencyKey: call.idempotencyKey,
      trace: call.trace, time: time)
    return (route, incoming)
  }

  private static let deadlinePassed = RPCError(.deadlineExceeded, "The deadline has passed")

  private func untilDeadline<Answer: Sendable>(
    _ call: IncomingCall, _ work: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    do {
      return try await withThrowingTaskGroup(of: Answer.self) { group in
        group.addTask(operation: work)
        group.addTask {
          try await time.sleep(for: call.deadline.left(of: time))
          throw Self.deadlinePassed
        }
        defer { group.cancelAll() }
        guard let answer = try await group.next() else { throw Self.deadlinePassed }
        return answer
      }
    } catch let error as RPCError {
      throw error
    } catch is CancellationError {
      throw RPCError(.cancelled, "The call was cancelled")
    } catch {
      throw RPCError(.internal, "Something went wrong: \(error)")
    }
  }
}

/// Hands items from a handler's task to a reader, one at a time.
private final class HandedItems: ItemSource, ItemSink {
  private struct State {
    var task: Task<Void, Never>?
    var isOver = false
    var failure: RPCError?
    var item: ByteBuffer?
    var sender: CheckedContinuation<Void, any Error>?
    var reader: CheckedContinuation<ByteBuffer?, any Error>?
  }

  private static let gone = RPCError(.cancelled, "Nobody waits for the items any more")

  private let state = Mutex(State())
  private let body: @Sendable (any ItemSink) async throws -> Void

  init(_ body: @escaping @Sendable (any ItemSink) async throws -> Void) { self.body = body }

  func next() async throws -> ByteBuffer? {
    startOnce()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { ask($0) }
    } onCancel: {
      cancel()
    }
  }

  private func ask(_ reader: CheckedContinuation<ByteBuffer?, any Error>) {
    state.withLock { state in
      if let item = state.item {
        state.item = nil
        state.sender?.resume()
        state.sender = nil
        reader.resume(returning: item)
      } else if let failure = state.failure {
        state.failure = nil
        reader.resume(throwing: failure)
      } else if state.isOver {
        reader.resume(returning: nil)
      } else {
        state.reader = reader
      }
    }
  }

  func send(_ body: ByteBuffer) async throws {
    try await withCheckedThrowingContinuation { (sender: CheckedContinuation<Void, any Error>) in
      state.withLock { state in
        if state.isOver { return sender.resume(throwing: Self.gone) }
        if let reader = state.reader {
          state.reader = nil
          reader.resume(returning: body)
          return sender.resume()
        }
        (state.item, state.sender) = (body, sender)
      }
    }
  }

  func cancel() {
    finish(nil)
    state.withLock { $0.task }?.cancel()
  }

  private func startOnce() {
    state.withLock { state in
      guard state.task == nil, !state.isOver else { return }
      state.task = Task {
        do {
          try await self.body(self)
          self.finish(nil)
        } catch {
          self.finish(error as? RPCError ?? RPCError(.internal, "\(error)"))
        }
      }
    }
  }

  private func finish(_ failure: RPCError?) {
    state.withLock { state in
      guard !state.isOver else { return }
      (state.isOver, state.failure) = (true, failure)
      state.sender?.resume(throwing: Self.gone)
      state.sender = nil
      guard let reader = state.reader else { return }
      state.reader = nil
      if let failure {
        state.failure = nil
        reader.resume(throwing: failure)
      } else {
        reader.resume(returning: nil)
      }
    }
  }
}
