import Events
import IntegrationContract
import Kernel
import Postgres

/// What a piece of work will cost, at most.
package struct Charge: Sendable, Equatable {
  /// An operation of the price list: `clustering`.
  package var operation: String
  /// In the operation's unit.
  package var amount: Int64
  /// What the credits are for, for people who ask later: `clustering of 50 keywords`.
  package var reference: String
  package var site: SiteID?

  package init(_ operation: String, amount: Int64 = 1, reference: String = "", site: SiteID?) {
    (self.operation, self.amount) = (operation, amount)
    (self.reference, self.site) = (reference, site)
  }
}

/// What `PaidWork.load` found.
package enum Prepared<Input: Sendable>: Sendable {
  /// Work that costs credits.
  case work(Input, Charge)
  /// Nothing is left to do, and nothing is charged. The result is JSON text.
  case nothing(result: String)
}

/// What an AI function answered.
package struct Made<Output: Sendable>: Sendable {
  package var output: Output
  package var usage: Integration.Usage?
  /// What was really made, in the operation's unit; nil when it is what was estimated.
  package var amount: Int64?

  package init(_ output: Output, usage: Integration.Usage?, amount: Int64? = nil) {
    (self.output, self.usage, self.amount) = (output, usage, amount)
  }
}

/// What was written of it.
package struct Saved: Sendable, Equatable {
  /// JSON text, shown to whoever asked for the work.
  package var result: String
  /// What the credits bought: `cluster`, `content`, `image`, …; for the usage log.
  package var relatedType: String
  package var relatedID: Int64?
  /// Events to send once the transaction has committed.
  package var messages: [OutboxMessage]

  package init(
    result: String, relatedType: String, relatedID: Int64?, messages: [OutboxMessage] = []
  ) {
    (self.result, self.relatedType) = (result, relatedType)
    (self.relatedID, self.messages) = (relatedID, messages)
  }
}

/// The parts of a paid piece of work that are its service's own.
package struct PaidWork<Input: Sendable, Output: Sendable>: Sendable {
  /// Reads what the work needs. Refuses what cannot be done; then nothing is authorised.
  package let load: @Sendable () async throws -> Prepared<Input>
  /// Calls the AI function; the number is the hold's that pays.
  package let ask: @Sendable (Input, _ hold: Int64) async throws -> Made<Output>
  /// Writes the result, in the transaction that also keeps the answer and the charge.
  package let save: @Sendable (Input, Output, Transaction) async throws -> Saved

  package init(
    load: @escaping @Sendable () async throws -> Prepared<Input>,
    ask: @escaping @Sendable (Input, _ hold: Int64) async throws -> Made<Output>,
    save: @escaping @Sendable (Input, Output, Transaction) async throws -> Saved
  ) {
    (self.load, self.ask, self.save) = (load, ask, save)
  }
}
