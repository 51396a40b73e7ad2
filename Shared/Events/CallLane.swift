import Kernel
import Logging
import Postgres
import RPC
import Synchronization

/// Delivers calls, several at once.
struct CallLane {
  private struct State {
    var underWay = 0
    /// The last look left messages behind for want of room.
    var isBehind = false
  }

  private let relay: OutboxRelay
  private let handlers: [String: OutboxRelay.Handler]
  private let waiting: Signal
  private let state: SharedState

  private final class SharedState: Sendable {
    let value = Mutex(State())
  }

  init(_ relay: OutboxRelay, _ handlers: [String: OutboxRelay.Handler], _ waiting: Signal) {
    (self.relay, self.handlers, self.waiting) = (relay, handlers, waiting)
    state = SharedState()
  }

  func run() async {
    let kinds = handlers.keys.sorted()
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        let began = relay.time.monotonic()
        for message in await claim(kinds) {
          group.addTask {
            await deliver(message)
            if leave() { waiting.raise() }
          }
        }
        await relay.waitForMore(waiting, since: began)
      }
    }
  }

  /// Leases as many messages as there is room for.
  private func claim(_ kinds: [String]) async -> [OutboxMessage] {
    let room = relay.settings.calls - state.value.withLock { $0.underWay }
    guard room > 0 else {
      state.value.withLock { $0.isBehind = true }
      return []
    }
    var messages: [OutboxMessage] = []
    await relay.attempt("looking for messages") {
      messages = try await relay.claim(.call, kinds: kinds, atMost: room)
    }
    state.value.withLock {
      $0.underWay += messages.count
      $0.isBehind = messages.count == room
    }
    return messages
  }

  /// One delivery is over; whether to look for more at once.
  private func leave() -> Bool {
    state.value.withLock {
      $0.underWay -= 1
      return $0.isBehind
    }
  }

  private func deliver(_ message: OutboxMessage) async {
    guard let handler = handlers[message.kind] else { return }
    do {
      try await handler(message)
      await uncancelled { await relay.finish([message], generation: nil) }
    } catch {
      await uncancelled { await settle(message, after: error) }
    }
  }

  private func settle(_ message: OutboxMessage, after error: any Error) async {
    if isGivenUp(message, after: error) { return await park(message, because: error) }
    let isStopping = error is CancellationError
    let wait =
      isStopping
      ? .zero : relay.settings.backoff.delay(attempt: message.attempt, chance: relay.chance)
    if !isStopping {
      relay.log.info(
        "a call of the outbox will be tried again",
        metadata: message.metadata.merging(["error": "\(error)"]) { $1 })
    }
    await relay.postpone([message], for: wait, because: "\(error)")
  }

  /// Refused for good, or failing for no foreseen reason too many times.
  private func isGivenUp(_ message: OutboxMessage, after error: any Error) -> Bool {
    if error.isPermanent { return true }
    if error is PostgresError || error is CancellationError { return false }
    switch (error as? RPCError)?.code {
    case .unavailable, .deadlineExceeded, .resourceExhausted, .aborted, .cancelled: return false
    default: return message.attempt >= relay.settings.unforeseenFailures
    }
  }

  private func park(_ message: OutboxMessage, because error: any Error) async {
    relay.log.error(
      "a call of the outbox was refused and is parked",
      metadata: message.metadata.merging(["error": "\(error)"]) { $1 })
    let values: [SQLValue] = [
      .instant(relay.time.now()), .text("\(error)"), .int(message.account.value),
      .int(message.id), .int(Int64(message.attempt)),
    ]
    await relay.attempt("parking a message") {
      _ = try await relay.database.run(OutboxQueries.park, values, in: .allAccounts)
      relay.figures.wasParked()
    }
  }
}

/// Runs to the end although the task around it is cancelled: what was done must be written down.
func uncancelled(_ body: @escaping @Sendable () async -> Void) async {
  await Task { await body() }.value
}
