import Postgres
import Synchronization

/// The statements that a resource has needed so far, one for each shape of request: which filters,
/// which ordering, which fields. Bounded, so that odd requests fill no memory.
final class StatementCache: Sendable {
  /// What the text of a statement depends on.
  struct Shape: Hashable {
    let verb: Verb
    /// The declared parts that take part, by their place in the declaration.
    var parts: [UInt16]
    /// The columns that are written.
    var names: [String] = []
  }

  enum Verb: UInt8, Hashable {
    case list, count, retrieve, create, update, delete, bulkUpdate, fetch
  }

  private static let mostStatements = 512
  private let statements = Mutex<[Shape: Statement]>([:])

  /// The statement of a shape, composed on its first use.
  func statement(_ shape: Shape, compose: () -> Statement) -> Statement {
    if let known = statements.withLock({ $0[shape] }) { return known }
    let new = compose()
    statements.withLock { statements in
      if statements.count >= Self.mostStatements { statements.removeAll() }
      statements[shape] = new
    }
    return new
  }
}
