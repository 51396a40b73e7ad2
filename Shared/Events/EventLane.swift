import Kernel
import Logging

/// Sends events to the stream, a batch at a time.
struct EventLane {
  private let relay: OutboxRelay
  private let stream: EventStream
  private let waiting: Signal

  init(_ relay: OutboxRelay, _ stream: EventStream, _ waiting: Signal) {
    (self.relay, self.stream, self.waiting) = (relay, stream, waiting)
  }

  func run() async {
    while !Task.isCancelled {
      let began = relay.time.monotonic()
      var hasMore = false
      await relay.attempt("sending events") { hasMore = try await send() }
      if !hasMore { await relay.waitForMore(waiting, since: began) }
    }
  }

  /// Sends one batch; whether there may be more. Nothing is leased while Redis is away.
  private func send() async throws -> Bool {
    let generation = try await stream.generation()
    let events = try await relay.claim(.event, kinds: nil, atMost: relay.settings.batch)
    guard !events.isEmpty else { return false }
    do {
      let oldest = relay.time.now() - relay.settings.keepDelivered
      guard try await stream.append(events, to: generation, keepingSince: oldest) else {
        await uncancelled { await relay.postpone(events, for: .zero, because: "stream renewed") }
        return true
      }
    } catch {
      let wait = relay.settings.backoff.delay(attempt: 1, chance: relay.chance)
      await uncancelled { await relay.postpone(events, for: wait, because: "\(error)") }
      throw error
    }
    await uncancelled { await relay.finish(events, generation: generation) }
    return events.count == relay.settings.batch
  }
}

extension OutboxMessage {
  /// What logs say of it; never the payload.
  var metadata: Logger.Metadata {
    ["message": "\(id)", "kind": "\(kind)", "account": "\(account)", "attempt": "\(attempt)"]
  }
}
