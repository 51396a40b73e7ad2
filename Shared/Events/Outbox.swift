import Kernel
import Postgres

/// Where a transaction writes down what must happen once it commits.
///
/// A message is delivered at least once, and only if the transaction commits; the order of messages
/// is no promise. After the commit, `OutboxRelay.wake()` makes the delivery begin at once.
package enum Outbox {
  /// Adds one message, on the way of the transaction's next statement or of its commit. When the
  /// message cannot be stored, the transaction fails as a whole.
  package static func add(_ message: OutboxMessage, in transaction: Transaction) {
    add([message], in: transaction)
  }

  /// Adds several messages.
  package static func add(_ messages: [OutboxMessage], in transaction: Transaction) {
    transaction.runLater(commands(messages))
  }

  /// What adds messages, for a room that sends it along with statements of its own.
  package static func commands(_ messages: [OutboxMessage]) -> [(Statement, [SQLValue])] {
    messages.map { (OutboxQueries.add, values(of: $0)) }
  }

  private static func values(of message: OutboxMessage) -> [SQLValue] {
    [
      .int(message.account.value), .text(message.route.rawValue), .text(message.kind),
      .text(message.key), .json(message.payload),
    ]
  }
}
