import Kernel
import Logging
import Postgres
import Redis
import RPC
import Synchronization

/// Numbers of a consumer.
package struct ConsumerSettings: Sendable {
  /// How long one look at the stream waits for an event.
  package var patience: Duration = .seconds(1)
  /// Events taken at once.
  package var batch = 100
  /// After this an event that nobody has finished is given to somebody again.
  package var redeliverAfter: Duration = .seconds(5)
  /// Tries of an event whose handler fails for unforeseen reasons before it is refused; while the
  /// database or another service is away it is tried for ever.
  package var unforeseenFailures = 20

  package init() {}
}

/// Reads the event stream on behalf of one context and handles each event once.
///
/// Replicas with the same name share the work. An event is handled in a transaction that also
/// records its id, so that its effect happens once however often it is delivered. A handler that
/// fails leaves no effect, and the event comes again; one that refuses the event for good has it
/// recorded with the reason in `consumed_events`. Order is no promise.
package final class EventConsumer: Sendable {
  /// Does what an event asks for, in the transaction that records it; its scope is the event's
  /// account.
  package typealias Handler = @Sendable (Event, Transaction) async throws -> Void

  private let name: String
  private let member: String
  private let database: Database
  private let redis: RedisClient
  private let handlers: [String: Handler]
  private let settings: ConsumerSettings
  private let time: any TimeSource
  private let log: Logger
  /// Failed tries of events, by id.
  private let failures = Mutex<[String: Int]>([:])

  /// - Parameters:
  ///   - name: the context, `automation`; also the name of its group of replicas.
  ///   - redis: the consumer opens a connection of its own beside it, for waiting.
  ///   - handlers: by kind; events of other kinds are passed over.
  package init(
    name: String, database: Database, redis: RedisClient, handlers: [String: Handler],
    settings: ConsumerSettings = ConsumerSettings(), time: any TimeSource, chance: any Chance,
    log: Logger
  ) {
    (self.name, self.database, self.redis, self.handlers) = (name, database, redis, handlers)
    (self.settings, self.time, self.log) = (settings, time, log)
    member = chance.uuid()
  }

  /// Handles events until the task is cancelled.
  package func run() async {
    let waiting = redis.another()
    var nextClaim = Duration.zero
    while !Task.isCancelled {
      do {
        if time.monotonic() >= nextClaim {
          try await handleAbandoned()
          nextClaim = time.monotonic() + settings.redeliverAfter
        }
        try await handleNew(waiting)
      } catch {
        await recover(from: error)
      }
    }
    await waiting.close()
    await uncancelled { await self.leave() }
  }

  /// Removes this member from the group unless it leaves events behind, which others take over.
  private func leave() async {
    let pending = try? await redis.command([
      "XPENDING", .init(EventStream.name), .init(name), "-", "+", "1", .init(member),
    ])
    guard pending?.array?.isEmpty == true else { return }
    _ = try? await redis.command([
      "XGROUP", "DELCONSUMER", .init(EventStream.name), .init(name), .init(member),
    ])
  }

  /// The group is lost with the stream, and begins at the start of the new one.
  private func recover(from error: any Error) async {
    if error is CancellationError || Task.isCancelled { return }
    do {
      guard (error as? RedisError)?.isServer(code: "NOGROUP") == true else { throw error }
      try await redis.streamCreateGroup(EventStream.name, group: name)
    } catch {
      log.warning("reading events failed", metadata: ["error": "\(error)"])
      try? await time.sleep(for: settings.patience)
    }
  }

  private func handleNew(_ waiting: RedisClient) async throws {
    let found = try await waiting.streamRead(
      [EventStream.name], group: name, consumer: member, count: settings.batch,
      block: settings.patience)
    try await handle(found[EventStream.name] ?? [])
  }

  /// Takes over what was delivered to somebody, this member included, and never finished.
  private func handleAbandoned() async throws {
    var start = "0-0"
    repeat {
      let claim = try await redis.streamClaim(
        EventStream.name, group: name, consumer: member, idle: settings.redeliverAfter,
        from: start, count: settings.batch)
      try await handle(claim.entries)
      start = claim.next
    } while start != "0-0" && !Task.isCancelled
  }

  private func handle(_ entries: [RedisStreamEntry]) async throws {
    var finished: [String] = []
    for entry in entries where !Task.isCancelled {
      if await isFinished(entry) { finished.append(entry.id) }
    }
    try await redis.streamAcknowledge(EventStream.name, group: name, ids: finished)
  }

  /// Handles one entry; whether it need not come again.
  private func isFinished(_ entry: RedisStreamEntry) async -> Bool {
    guard let event = Event(entry), let handler = handlers[event.kind] else { return true }
    do {
      try await handle(event, handler)
      forget(event)
      return true
    } catch is CancellationError {
      return false
    } catch {
      log.warning(
        "handling an event failed", metadata: event.metadata.merging(["error": "\(error)"]) { $1 })
      return await isRefused(event, because: error)
    }
  }

  private func handle(_ event: Event, _ handler: Handler) async throws {
    try await database.transaction(in: .account(event.account)) { transaction in
      let recorded = try await transaction.run(
        ConsumedQueries.record, [.id(event.account), .text(self.name), .text(event.id)])
      if recorded.rowsAffected > 0 { try await handler(event, transaction) }
    }
  }

  /// Records an event that will not be handled; false when it shall come again.
  private func isRefused(_ event: Event, because error: any Error) async -> Bool {
    guard isGivenUp(event, after: error) else { return false }
    let values: [SQLValue] = [
      .id(event.account), .text(name), .text(event.id), .text("\(error)"), .text(event.kind),
      .text(event.key), .json(event.payload),
    ]
    do {
      _ = try await database.run(ConsumedQueries.refuse, values, in: .account(event.account))
    } catch { return false }
    log.error("an event was refused", metadata: event.metadata)
    forget(event)
    return true
  }

  private func isGivenUp(_ event: Event, after error: any Error) -> Bool {
    if error.isPermanent { return true }
    if let error = error as? PostgresError, error.kind != .server { return false }
    switch (error as? RPCError)?.code {
    case .unavailable, .deadlineExceeded, .resourceExhausted, .aborted, .cancelled: return false
    default: break
    }
    let count = failures.withLock { failures in
      failures[event.id, default: 0] += 1
      return failures[event.id, default: 0]
    }
    return count >= settings.unforeseenFailures
  }

  private func forget(_ event: Event) { failures.withLock { $0[event.id] = nil } }
}

extension Event {
  /// Reads a stream entry; nil for one that no relay wrote.
  fileprivate init?(_ entry: RedisStreamEntry) {
    self.init(
      fields: entry.fields.flatMap { [$0.name, String(decoding: $0.value, as: UTF8.self)] })
  }

  /// What logs say of it; never the payload.
  fileprivate var metadata: Logger.Metadata {
    ["event": "\(id)", "kind": "\(kind)", "account": "\(account)"]
  }
}
