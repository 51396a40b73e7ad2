import Kernel
import Logging
import NIOCore
import RPC
import Synchronization
import TestKit

/// The methods that the tests call.
enum Methods {
  static func info(
    _ name: String, _ idempotency: Idempotency = .idempotent, role: MinimumRole = .anyone,
    module: String? = nil, whileSuspended: Bool = false, isStream: Bool = false
  ) -> MethodInfo {
    MethodInfo(
      service: "igny8.test.v1.Test", name: name, idempotency: idempotency, minimumRole: role,
      module: module, whileSuspended: whileSuspended, isStream: isStream)
  }

  static let echo = info("Echo")
  static let whoAmI = info("WhoAmI")
  static let wait = info("Wait")
  static let waitUnsafe = info("WaitUnsafe", .unsafe)
  static let heavy = info("Heavy")
  static let fail = info("Fail")
  static let count = info("Count", isStream: true)
}

/// A server, a client and the loops below them, on loopback.
final class World: Sendable {
  static let key = [UInt8](repeating: 3, count: 32)

  let loops: RPCLoops
  let server: RPCServer
  let port: Int
  let time = RealTime()
  let chance = SeededChance(seed: 42)
  private let refusing = Mutex<RefusingPort?>(nil)

  /// Runs `body` in a world that is taken down afterwards.
  static func with(
    _ routes: RPCRoutes, settings: RPCServerSettings = RPCServerSettings(), threads: Int = 2,
    _ body: (World) async throws -> Void
  ) async throws {
    let loops = RPCLoops(threads: threads)
    let world = try await World(loops: loops, routes: routes, settings: settings)
    do {
      try await body(world)
    } catch {
      await world.server.drain(grace: .zero)
      try await loops.shutDown()
      throw error
    }
    await world.server.drain(grace: .zero)
    try await loops.shutDown()
  }

  /// Ends the server. Until the world is taken down its port refuses connections.
  func goDown(grace: Duration = .zero) async throws {
    await server.drain(grace: grace)
    let port = try RefusingPort(port)
    refusing.withLock { $0 = port }
  }

  init(loops: RPCLoops, routes: RPCRoutes, settings: RPCServerSettings) async throws {
    self.loops = loops
    server = Self.server(routes, settings, loops, time, chance)
    port = try await server.start()
  }

  static func server(
    _ routes: RPCRoutes, _ settings: RPCServerSettings, _ loops: RPCLoops, _ time: RealTime,
    _ chance: SeededChance
  ) -> RPCServer {
    RPCServer(
      settings: settings, routes: routes, signer: ContextSigner(key: key), loops: loops,
      time: time, chance: chance, log: quiet)
  }

  static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  func client(
    key: [UInt8] = World.key, resolver: any NameResolver = SystemResolver(),
    _ change: (inout RPCClientSettings) -> Void = { _ in }
  ) throws -> RPCClient {
    var settings = RPCClientSettings(addresses: "127.0.0.1:\(port)", name: "test")
    change(&settings)
    return try RPCClient(
      settings: settings, signer: ContextSigner(key: key), loops: loops, time: time,
      chance: chance, log: Self.quiet, resolver: resolver)
  }

  /// A call on behalf of a user, good for `timeout`.
  func outgoing(
    _ context: CallContext = .user, timeout: Duration = .seconds(20), key: String? = nil
  ) -> OutgoingCall {
    OutgoingCall(
      context: context, deadline: Deadline(in: timeout, of: time), idempotencyKey: key,
      trace: TraceParent(chance: chance))
  }
}

extension CallContext {
  static let user = CallContext(
    requestID: "r1", actor: .user, account: AccountID(7), user: UserID(9), role: .editor)
  static let service = CallContext(requestID: "r2", actor: .service)
}

extension ByteBuffer {
  var text: String { String(buffer: self) }
}

/// Waits inside a handler until the test lets go, and tells what happened to the handlers.
final class Turnstile: Sendable {
  private struct State {
    var entered = 0
    var stopped = 0
    var isOpen = false
    var inside: [Int: CheckedContinuation<Void, Never>] = [:]
    var watchers: [(reached: (Int, Int) -> Bool, CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  var entered: Int { state.withLock { $0.entered } }
  var stopped: Int { state.withLock { $0.stopped } }

  /// For a handler: returns when the test opens the turnstile.
  /// - Throws: `CancellationError` when the handler is told to stop.
  func pass() async throws {
    let number = state.withLock { state in
      state.entered += 1
      return state.entered
    }
    notify()
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        state.withLock { state in
          if state.isOpen || Task.isCancelled {
            continuation.resume()
          } else {
            state.inside[number] = continuation
          }
        }
      }
    } onCancel: {
      state.withLock { $0.inside.removeValue(forKey: number) }?.resume()
    }
    if Task.isCancelled {
      state.withLock { $0.stopped += 1 }
      notify()
      throw CancellationError()
    }
  }

  func open() {
    let inside = state.withLock { state in
      state.isOpen = true
      defer { state.inside = [:] }
      return state.inside.values
    }
    for continuation in inside { continuation.resume() }
  }

  /// Returns when so many handlers have entered.
  func hasEntered(_ count: Int) async { await reaches { entered, _ in entered >= count } }

  /// Returns when so many handlers were told to stop.
  func hasStopped(_ count: Int) async { await reaches { _, stopped in stopped >= count } }

  private func reaches(_ reached: @escaping @Sendable (Int, Int) -> Bool) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if reached(state.entered, state.stopped) { return true }
        state.watchers.append((reached, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }

  private func notify() {
    let ready = state.withLock { state in
      let (entered, stopped) = (state.entered, state.stopped)
      let ready = state.watchers.filter { $0.reached(entered, stopped) }
      state.watchers.removeAll { $0.reached(entered, stopped) }
      return ready
    }
    for watcher in ready { watcher.1.resume() }
  }
}

/// The code of the error that `body` throws; nil when it throws none.
func code(of body: () async throws -> Void) async -> RPCCode? {
  await error(of: body)?.code
}

func error(of body: () async throws -> Void) async -> RPCError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? RPCError ?? RPCError(.unknown, "\(error)")
  }
}

/// Makes calls with longer and longer deadlines until one has reached its handler before it ended,
/// so that a busy machine changes nothing.
func untilEntered(
  _ turnstile: Turnstile, _ call: (Duration) async throws -> Void
) async throws {
  for milliseconds in [50, 500, 5_000] where turnstile.entered == 0 {
    try await call(.milliseconds(milliseconds))
  }
}
