import Kernel
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Telemetry

/// One pipelined connection to Redis, kept up: commands of all tasks share it and are answered in
/// order.
///
/// While Redis is away calls fail at once with `.unavailable`, except that those of the first try
/// to connect, or of the first after a good connection broke, wait for its outcome. The connection
/// is tried again with backoff for ever. Blocking commands need a client of their own: see
/// `another()`.
package final class RedisClient: Sendable {
  /// A connection that lasted this long was a good one: the next is tried without waiting.
  private static let goodAge = TimeAmount.seconds(1)

  private enum Phase {
    /// No connection; when `patient`, commands wait for the outcome of this try.
    case connecting(patient: Bool)
    case ready(any Channel, since: NIODeadline)
    case closed
  }

  private struct State {
    var phase = Phase.connecting(patient: true)
    var outbox = RedisBatch()
    var writeIsScheduled = false
    /// Failed tries in a row.
    var failures = 0
    var reason = "not connected yet"
    var channel: (any Channel)?
    var retry: Scheduled<Void>?
  }

  private let settings: RedisSettings
  private let eventLoop: any EventLoop
  private let chance: any Chance
  private let log: Logger
  private let metrics: RedisMetrics
  private let pending = Atomic<Int>(0)
  private let state = Mutex(State())

  /// Begins to connect at once.
  package init(
    settings: RedisSettings, group: any EventLoopGroup, chance: any Chance, log: Logger,
    metrics: Metrics = .shared
  ) {
    (self.settings, self.chance, self.log) = (settings, chance, log)
    self.metrics = RedisMetrics(metrics)
    registry = metrics
    eventLoop = group.next()
    connect()
  }

  private let registry: Metrics

  /// A second connection to the same Redis, for commands that block. Close it like the first.
  package func another() -> RedisClient {
    RedisClient(
      settings: settings, group: eventLoop, chance: chance, log: log, metrics: registry)
  }

  /// Whether commands can be sent right now.
  package var isAvailable: Bool {
    state.withLock { if case .ready = $0.phase { true } else { false } }
  }

  /// How long a command waits unless it says otherwise.
  var commandTimeout: Duration { settings.commandTimeout }

  // MARK: Commands

  /// Sends one command and returns its answer.
  /// - Parameter timeout: `RedisSettings.commandTimeout` unless given.
  /// - Throws: `RedisError`; an error that Redis answers as `.server`.
  package func command(
    _ command: RedisCommand, timeout: Duration? = nil
  ) async throws(RedisError) -> RedisValue {
    let values = try await exchange([command], timeout)
    if case .error(let line) = values[0] { throw RedisError(line: line) }
    return values[0]
  }

  /// Sends commands in one go, nothing of another task between them, and returns their answers in
  /// order. Not atomic unless they stand between `MULTI` and `EXEC`.
  /// - Throws: `RedisError` when the answers did not come; an error of one command is its result.
  package func pipeline(
    _ commands: [RedisCommand], timeout: Duration? = nil
  ) async throws(RedisError) -> [Result<RedisValue, RedisError>] {
    if commands.isEmpty { return [] }
    return try await exchange(commands, timeout).map { value in
      if case .error(let line) = value { return .failure(RedisError(line: line)) }
      return .success(value)
    }
  }

  /// Fails what waits and gives the connection back; returns when it is gone.
  package func close() async {
    let (channel, outbox) = state.withLock { state -> ((any Channel)?, RedisBatch) in
      state.phase = .closed
      state.retry?.cancel()
      defer { (state.outbox, state.channel) = (RedisBatch(), nil) }
      return (state.channel, state.outbox)
    }
    outbox.fail(.closed)
    metrics.connected.set(0)
    try? await channel?.close()
  }

  private func exchange(
    _ commands: [RedisCommand], _ timeout: Duration?
  ) async throws(RedisError) -> [RedisValue] {
    let started = NIODeadline.now()
    guard pending.wrappingAdd(commands.count, ordering: .relaxed).newValue <= settings.maxPending
    else {
      pending.wrappingSubtract(commands.count, ordering: .relaxed)
      throw .unavailable("too many commands are waiting")
    }
    let exchange = RedisExchange(
      replies: commands.count,
      deadline: started + TimeAmount(timeout ?? settings.commandTimeout))
    let outcome = await exchange.outcome { submit($0, commands) }
    pending.wrappingSubtract(commands.count, ordering: .relaxed)
    metrics.record(outcome, NIODeadline.now() - started)
    return try outcome.get()
  }

  private func submit(_ exchange: RedisExchange, _ commands: [RedisCommand]) {
    let refusal = state.withLock { state -> RedisError? in
      switch state.phase {
      case .closed: return .closed
      case .connecting(patient: false): return .unavailable(state.reason)
      case .connecting(patient: true): state.outbox.add(exchange, commands)
      case .ready(let channel, _):
        state.outbox.add(exchange, commands)
        if state.writeIsScheduled { return nil }
        state.writeIsScheduled = true
        eventLoop.execute { self.write(to: channel) }
      }
      return nil
    }
    if let refusal { exchange.fail(refusal) }
  }

  /// Writes everything that was submitted since the last turn of the event loop.
  private func write(to channel: any Channel) {
    let batch = state.withLock { state in
      state.writeIsScheduled = false
      defer { state.outbox = RedisBatch() }
      return state.outbox
    }
    guard !batch.exchanges.isEmpty else { return }
    channel.writeAndFlush(batch).whenFailure { _ in batch.fail(.unavailable("not connected")) }
  }

  // MARK: The connection

  private func connect() {
    let patience = TimeAmount(settings.commandTimeout)
    let limit = TimeAmount(settings.connectTimeout)
    ClientBootstrap(group: eventLoop)
      .connectTimeout(limit)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = RedisChannelHandler(patience: patience) { [weak self, channel] error in
            self?.lost(channel, error)
          }
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
      .connect(host: settings.host, port: settings.port)
      .whenComplete { [weak self] result in
        switch result {
        case .success(let channel): self?.greet(channel, within: limit)
        case .failure(let error): self?.retry(because: "\(error)", atOnce: false)
        }
      }
  }

  private func greet(_ channel: any Channel, within limit: TimeAmount) {
    let commands = settings.handshake
    let greeting = RedisExchange(replies: commands.count, deadline: .now() + limit) {
      [weak self] outcome in
      switch outcome.flatMap(Self.firstError) {
      case .success: self?.ready(channel)
      case .failure(let error):
        self?.state.withLock { $0.reason = "\(error)" }
        channel.close(promise: nil)
      }
    }
    var batch = RedisBatch()
    batch.add(greeting, commands)
    channel.writeAndFlush(batch).whenFailure { _ in greeting.fail(.connectionLost) }
  }

  private static func firstError(
    _ values: [RedisValue]
  ) -> Result<Void, RedisError> {
    for case .error(let line) in values { return .failure(RedisError(line: line)) }
    return .success(())
  }

  private func ready(_ channel: any Channel) {
    let (isClosed, wasAway) = state.withLock { state -> (Bool, Bool) in
      if case .closed = state.phase { return (true, false) }
      defer { state.failures = 0 }
      state.phase = .ready(channel, since: .now())
      state.channel = channel
      return (false, state.failures > 0)
    }
    if isClosed { return channel.close(promise: nil) }
    metrics.connected.set(1)
    if wasAway { log.info("Redis is back") }
    write(to: channel)
  }

  private func lost(_ channel: any Channel, _ error: RedisError) {
    let (reason, wasGood) = state.withLock { state -> (String, Bool) in
      if case .ready(_, let since) = state.phase {
        return ("\(error)", since + Self.goodAge <= .now())
      }
      return (state.reason, false)
    }
    retry(because: reason, atOnce: wasGood)
  }

  private func retry(because reason: String, atOnce: Bool) {
    metrics.connected.set(0)
    let (outbox, failures) = state.withLock { state -> (RedisBatch, Int?) in
      if case .closed = state.phase { return (RedisBatch(), nil) }
      state.channel = nil
      state.reason = reason
      state.phase = .connecting(patient: atOnce)
      if atOnce { return (RedisBatch(), 0) }
      state.failures += 1
      defer { state.outbox = RedisBatch() }
      return (state.outbox, state.failures)
    }
    guard let failures else { return }
    if failures == 0 { return connect() }
    outbox.fail(.unavailable(reason))
    if failures == 1 { log.warning("Redis is away", metadata: ["reason": "\(reason)"]) }
    let delay = TimeAmount(settings.backoff.delay(attempt: failures, chance: chance))
    let retry = eventLoop.scheduleTask(in: delay) { [weak self] in
      guard let self else { return }
      connect()
    }
    state.withLock { $0.retry = retry }
  }
}
