import NIOCore
import Synchronization

/// A stream over TCP: starts with the first question for an item, which is tried again as a call
/// is; what has begun to arrive is not.
final class ClientStream: ItemSource {
  private struct Running {
    let call: PendingCall
    let connection: ClientConnection
    let inbox: StreamInbox
  }

  private let client: RPCClient
  private let method: MethodInfo
  private let body: ByteBuffer
  private let call: OutgoingCall
  private let running = Mutex<Running?>(nil)
  private let isOver = Atomic(false)

  init(client: RPCClient, method: MethodInfo, body: ByteBuffer, call: OutgoingCall) {
    (self.client, self.method, self.body, self.call) = (client, method, body, call)
  }

  func next() async throws -> ByteBuffer? {
    if isOver.load(ordering: .relaxed) { return nil }
    do {
      guard let running = running.withLock({ $0 }) else { return try await start() }
      return try await next(of: running).mapError(\.error).get()
    } catch {
      isOver.store(true, ordering: .relaxed)
      throw error
    }
  }

  private func start() async throws -> ByteBuffer? {
    try await client.run(method, call) { connection, header, context in
      let inbox = StreamInbox()
      let pending = PendingCall(
        header: header, context: context, body: body, deadline: call.deadline, inbox: inbox)
      let running = Running(call: pending, connection: connection, inbox: inbox)
      self.running.withLock { $0 = running }
      connection.submit(pending)
      let first = await next(of: running)
      if case .failure = first { self.running.withLock { $0 = nil } }
      return first
    }
  }

  private func next(of running: Running) async -> StreamInbox.Next {
    let next = await withTaskCancellationHandler {
      await running.inbox.next()
    } onCancel: {
      running.call.abandon(over: running.connection)
    }
    if case .success(let item?) = next {
      running.connection.consumed(running.call, bytes: item.readableBytes)
    }
    return next
  }

  func cancel() {
    guard let running = running.withLock({ $0 }) else { return }
    running.call.abandon(over: running.connection)
  }
}
