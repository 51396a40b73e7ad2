import Kernel
import NIOCore
import RPC
import RPCTestKit
import Synchronization

/// One call on its way through the network: what its caller waits for and its server does.
final class Exchange: ItemSource {
  enum Message: Sendable {
    case item(ByteBuffer)
    /// The only item and the end.
    case reply(ByteBuffer)
    case end(RPCError?)

    var name: String {
      switch self {
      case .item: "item"
      case .reply: "reply"
      case .end(let error): error.map { "\($0.code)" } ?? "end"
      }
    }
  }

  private struct State {
    var inbox: [ByteBuffer] = []
    var failure: RPCError?
    var isOver = false
    var reader: UnsafeContinuation<Void, Never>?
    var work: [Task<Void, Never>] = []
    var server: Process?
    /// When the last message arrives.
    var lastArrival: Duration = .zero
  }

  let number: Int
  let caller: Process
  let callee: Slot
  let method: MethodInfo
  private let body: ByteBuffer
  private let call: OutgoingCall
  private let isStream: Bool
  private let network: Network
  private let state = Mutex(State())

  init(
    number: Int, caller: Process, callee: Slot, method: MethodInfo, body: ByteBuffer,
    call: OutgoingCall, isStream: Bool, network: Network
  ) {
    (self.number, self.caller, self.callee, self.method) = (number, caller, callee, method)
    (self.body, self.call, self.isStream, self.network) = (body, call, isStream, network)
  }

  var server: Process? {
    get { state.withLock { $0.server } }
    set { state.withLock { $0.server = newValue } }
  }

  /// Nothing more comes.
  var isOver: Bool { state.withLock { $0.isOver } }

  // MARK: The server's side

  /// Does the work, in the name of the server.
  func answer(by server: Process) {
    guard let transport = server.transport else { return }
    var call = call
    call.deadline = Deadline(in: self.call.deadline.left(of: caller.time), of: server.time)
    let task = Task { [call] in
      let end: Message
      do {
        if isStream {
          let items = transport.stream(method, body, call)
          while let item = try await items.next() { network.bring(.item(item), of: self) }
          end = .end(nil)
        } else {
          end = .reply(try await transport.call(method, body, call))
        }
      } catch {
        end = .end(error as? RPCError ?? RPCError(.internal, "\(error)"))
      }
      network.bring(end, of: self)
    }
    state.withLock { $0.work.append(task) }
  }

  /// The caller is gone.
  func cancelWork() {
    let work = state.withLock { $0.work }
    for task in work { task.cancel() }
  }

  /// How long a message takes that must not overtake those before it.
  func inOrder(_ delay: Duration, at now: Duration) -> Duration {
    state.withLock { state in
      state.lastArrival = max(state.lastArrival, now + delay)
      return state.lastArrival - now
    }
  }

  // MARK: The caller's side

  /// A message has arrived; false when nobody waits for it any more.
  func take(_ message: Message) -> Bool {
    let (isTaken, reader) = state.withLock { state -> (Bool, UnsafeContinuation<Void, Never>?) in
      if state.isOver { return (false, nil) }
      switch message {
      case .item(let item): state.inbox.append(item)
      case .reply(let item):
        state.inbox.append(item)
        state.isOver = true
      case .end(let error): (state.failure, state.isOver) = (error, true)
      }
      defer { state.reader = nil }
      return (true, state.reader)
    }
    reader?.resume()
    return isTaken
  }

  func next() async throws -> ByteBuffer? {
    while true {
      let (item, failure, isOver) = state.withLock { state in
        (state.inbox.isEmpty ? nil : state.inbox.removeFirst(), state.failure, state.isOver)
      }
      if let item { return item }
      if let failure { throw failure }
      if isOver { return nil }
      await withTaskCancellationHandler {
        await withUnsafeContinuation { reader in
          let mustWait = state.withLock { state in
            if state.isOver || !state.inbox.isEmpty { return false }
            state.reader = reader
            return true
          }
          if !mustWait { reader.resume() }
        }
      } onCancel: {
        giveUp()
      }
    }
  }

  func cancel() { if !isOver { giveUp() } }

  private func giveUp() {
    network.fail(self, RPCError(.cancelled, "The call was cancelled"))
    network.cancelWork(of: self)
  }
}

/// Calls through the network, as a client does: keyed and idempotent calls are tried again when the
/// server is away.
struct SimulatedCaller: RPCCaller {
  private static let tries = 3

  let network: Network
  let process: Process
  let role: Role

  func call(
    _ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall
  ) async throws -> ByteBuffer {
    var attempt = 1
    while true {
      let exchange = network.begin(process, role, method, body, call, isStream: false)
      do {
        guard let reply = try await exchange.next() else {
          throw RPCError(.internal, "The call ended without an answer")
        }
        return reply
      } catch let error as RPCError {
        let isRepeatable =
          error.isUnstarted || [.noSideEffects, .idempotent].contains(method.idempotency)
          || method.idempotency == .keyed && call.idempotencyKey != nil
        guard error.code == .unavailable, isRepeatable, attempt < Self.tries else { throw error }
        attempt += 1
        try? await process.time.sleep(for: .milliseconds(20))
      }
    }
  }

  func stream(_ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall) -> RPCStream {
    RPCStream(LazyExchange { network.begin(process, role, method, body, call, isStream: true) })
  }
}

/// Begins when the first item is asked for.
private final class LazyExchange: ItemSource {
  private let begin: @Sendable () -> Exchange
  private let begun = Mutex<Exchange?>(nil)

  init(_ begin: @escaping @Sendable () -> Exchange) { self.begin = begin }

  func next() async throws -> ByteBuffer? {
    let known = begun.withLock { $0 }
    let exchange = known ?? begin()
    begun.withLock { $0 = exchange }
    return try await exchange.next()
  }

  func cancel() { begun.withLock { $0 }?.cancel() }
}
