import Kernel

/// Numbers of a relay.
package struct RelaySettings: Sendable {
  /// How long a delivery may take before another replica delivers the message as well.
  package var lease: Duration = .seconds(30)
  /// How often the relay looks for messages when nobody wakes it.
  package var poll: Duration = .seconds(1)
  /// From one look for messages to the next at least: what is committed meanwhile goes together.
  /// The first message after a pause is not kept waiting.
  package var gather: Duration = .milliseconds(10)
  /// How many calls are under way at once.
  package var calls = 16
  /// How many events go to the stream at once.
  package var batch = 200
  /// Wait between two tries of the same message.
  package var backoff = Backoff(base: .milliseconds(200), limit: .seconds(30))
  /// Tries of a call that fails for unforeseen reasons before it is parked; one whose callee is
  /// away is tried for ever.
  package var unforeseenFailures = 100
  /// How long delivered messages are kept. An event that Redis loses within this time is sent
  /// again.
  package var keepDelivered: Duration = .seconds(48 * 3_600)
  /// How long idempotency keys and the consumers' records are kept.
  package var keepKeys: Duration = .seconds(30 * 24 * 3_600)
  /// How often old rows are removed and what waits is counted for the metrics.
  package var cleanEvery: Duration = .seconds(15)

  package init() {}
}
