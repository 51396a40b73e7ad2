import Events
import Kernel
import Postgres

/// When an account is erased, what the law wants kept is kept without names, and the rest goes.
enum AccountDeparture {
  static let handlers: [String: EventConsumer.Handler] = [
    AccountErasure.kind: { event, transaction in
      for statement in DepartureQueries.all {
        _ = try await transaction.run(statement, [.id(event.account)])
      }
    }
  ]
}
