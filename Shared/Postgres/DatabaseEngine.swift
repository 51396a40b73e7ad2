import CPostgres
import Glibc
import Kernel

/// What may stand behind a `Database` in place of sessions to a server: the store of a simulation.
package protocol DatabaseEngine: Sendable {
  /// Does one round trip. Heeds the cancellation of its task and the trip's deadline as a server
  /// does, except where the trip ends a transaction.
  func answer(_ trip: RoundTrip) async -> RoundTrip.Answer

  /// What arrives on a NOTIFY channel, as `Database.notifications` gives it.
  func notifications(channel: String) -> AsyncStream<Notification>
}

/// What goes to the database in one piece.
package struct RoundTrip: Sendable {
  /// Where it runs and what becomes of the session afterwards; numbers name sessions.
  package enum Place: Sendable, Equatable {
    /// A transaction of its own.
    case alone
    /// The first trip of a transaction, whose session the answer names.
    case begins
    case continues(Int)
    case commits(Int)
    case rollsBack(Int)
  }

  /// What came of it.
  package struct Answer: Sendable {
    package let result: Result<[Rows], any Error>
    /// The session that now holds the transaction, if one is open.
    package let session: Int?

    package init(_ result: Result<[Rows], any Error>, session: Int? = nil) {
      (self.result, self.session) = (result, session)
    }
  }

  package let place: Place
  package let scope: Scope
  /// What is done before the transaction ends, where the trip ends it; a commit whose commands fail
  /// leaves it open.
  package let commands: [(statement: Statement, values: [SQLValue])]
  package let deadline: Deadline?
}

extension RoundTrip {
  /// Nil for what only a server can do: scripts, and questions about a statement.
  init?(_ body: Request.Body, _ place: Request.Place, _ scope: Scope, _ deadline: Deadline?) {
    guard case .commands(let commands) = body else { return nil }
    self.init(
      place: Place(place), scope: scope,
      commands: commands.map { ($0.statement, $0.values) },
      deadline: deadline)
  }
}

extension RoundTrip.Place {
  init(_ place: Request.Place) {
    self =
      switch place {
      case .alone: .alone
      case .begins: .begins
      case .continues(let session): .continues(session)
      case .commits(let session): .commits(session)
      case .rollsBack(let session): .rollsBack(session)
      }
  }

  /// Whether the transaction is over after it.
  package var isEnd: Bool {
    switch self {
    case .alone, .begins, .continues: false
    case .commits, .rollsBack: true
    }
  }
}

extension Rows {
  /// Rows as a server would have sent them, for engines.
  /// - Parameters:
  ///   - columns: names, in order; a row has a value for each.
  ///   - rowsAffected: the number of rows unless given.
  /// - Throws: `PostgresError` of kind `.value` when there is no memory.
  package init(
    columns: [String], _ rows: [[SQLValue]], rowsAffected: Int? = nil
  ) throws(PostgresError) {
    guard let pointer = PQmakeEmptyPGresult(nil, PGRES_TUPLES_OK) else {
      throw PostgresError(.value, "out of memory")
    }
    let result = QueryResult(owning: pointer)
    let types = columns.indices.map { column in
      rows.lazy.compactMap { $0[column].typeID }.first ?? TypeOID.text
    }
    Self.describe(columns, types, in: pointer)
    var encoder = ParameterEncoder()
    for (number, row) in rows.enumerated() {
      encoder.reset()
      let places = try encoder.append(row, as: types)
      encoder.withParameters(places) { values, lengths, _ in
        for column in columns.indices {
          let value = values?[column].map { UnsafeMutablePointer(mutating: $0) }
          let length = value == nil ? -1 : lengths?[column] ?? -1
          PQsetvalue(pointer, Int32(number), Int32(column), value, length)
        }
      }
    }
    self.init(
      result: result, endIndex: rows.count, rowsAffected: rowsAffected ?? rows.count)
  }

  private static func describe(
    _ columns: [String], _ types: [Oid], in result: OpaquePointer
  ) {
    let names = columns.map { strdup($0) }
    var attributes = zip(names, types).map { name, type in
      PGresAttDesc(
        name: name, tableid: 0, columnid: 0, format: 1, typid: type, typlen: -1, atttypmod: -1)
    }
    PQsetResultAttrs(result, Int32(attributes.count), &attributes)
    for name in names { free(name) }
  }
}

extension SQLValue {
  /// The type in which a column holds such a value; nil for NULL.
  fileprivate var typeID: Oid? {
    switch self {
    case .null: nil
    case .bool: TypeOID.bool
    case .int: TypeOID.int8
    case .double: TypeOID.float8
    case .text: TypeOID.text
    case .bytes: TypeOID.bytea
    case .instant: TypeOID.timestamptz
    case .json: TypeOID.jsonb
    case .ints: TypeOID.int8Array
    case .texts: TypeOID.textArray
    }
  }
}
