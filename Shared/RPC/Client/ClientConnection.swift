import Kernel
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// What a connection tells its client about itself.
enum ConnectionNews: Sendable, Equatable {
  /// The server has introduced itself.
  case opened
  /// The server could not be reached.
  case failed
  /// One side will have none of the other; the text reads on from the server's name.
  case refused(String)
  /// It was open and is not any more.
  case left
}

/// A connection to one endpoint as callers of any thread see it. Exists from the first try to
/// connect: calls wait in it until the server has introduced itself.
final class ClientConnection: Sendable {
  private struct Arrivals {
    var calls: [PendingCall] = []
    var isAwaited = false
  }

  /// The TLS authority that it was made under; 0 without TLS.
  let authority: Int
  private let tls: TLSCredentials?
  private let server: String
  private let executor: LoopExecutor
  private let shell: NIOLoopBoundBox<ClientShell>
  private let arrivals = Mutex(Arrivals())
  private let standing: Standing

  /// What is known about a connection without asking its loop.
  final class Standing: Sendable {
    let isUsable = Atomic(true)
    /// The server has introduced itself.
    let isOpen = Atomic(false)
    let inFlight = Atomic(0)
  }

  init(
    settings: RPCClientSettings, executor: LoopExecutor, time: any TimeSource, log: Logger,
    news: @escaping @Sendable (ConnectionNews) -> Void
  ) {
    self.executor = executor
    (tls, server, authority) = (settings.tls, settings.name, settings.tls?.authority ?? 0)
    standing = Standing()
    shell = .makeBoxSendingValue(
      ClientShell(
        settings: settings, executor: executor, time: time, log: log, standing: standing,
        news: news),
      eventLoop: executor.loop)
  }

  /// Whether new calls may be given to it.
  var isUsable: Bool { standing.isUsable.load(ordering: .relaxed) }

  /// Whether a call given to it is sent at once.
  var isOpen: Bool { standing.isOpen.load(ordering: .relaxed) }

  /// Calls on their way, for choosing the less busy of two.
  var inFlight: Int { standing.inFlight.load(ordering: .relaxed) }

  func dial(_ address: SocketAddress, timeout: Duration) {
    let (shell, executor, tls, server) = (self.shell, self.executor, self.tls, self.server)
    ClientBootstrap(group: executor.loop)
      .connectTimeout(.microseconds(timeout.microseconds))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.maxMessagesPerRead, value: 4)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try tls?.secure(clientEnd: channel, of: server, timeout: timeout) {
            shell.value.handshakeEnded($0)
          }
          try channel.pipeline.syncOperations.addHandler(shell.value)
        }
      }
      .connect(to: address)
      .whenFailure { _ in
        executor.loop.execute { shell.value.dialFailed("No connection to \(address)") }
      }
  }

  func submit(_ call: PendingCall) {
    standing.inFlight.wrappingAdd(1, ordering: .relaxed)
    if executor.loop.inEventLoop { return shell.value.begin(call) }
    let mustAsk = arrivals.withLock { arrivals in
      arrivals.calls.append(call)
      defer { arrivals.isAwaited = true }
      return !arrivals.isAwaited
    }
    if mustAsk { executor.loop.execute { self.takeArrivals() } }
  }

  private func takeArrivals() {
    let calls = arrivals.withLock { arrivals in
      defer { arrivals = Arrivals() }
      return arrivals.calls
    }
    executor.turnIsComing()
    for call in calls { shell.value.begin(call) }
    executor.runTurn()
  }

  func abandon(_ call: PendingCall) {
    onLoop { $0.abandon(call) }
  }

  /// The reader took an item of the stream.
  func consumed(_ call: PendingCall, bytes: Int) {
    onLoop { $0.consumed(call, bytes: bytes) }
  }

  /// No further calls; closes when the last has its answer.
  func retire() {
    standing.isUsable.store(false, ordering: .relaxed)
    onLoop { $0.retire() }
  }

  private func onLoop(_ act: @escaping @Sendable (ClientShell) -> Void) {
    executor.loop.execute { [shell] in act(shell.value) }
  }
}
