import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// What one context has of an account, piece by piece.
///
/// Nothing is kept between pieces: each is read from where the one before ended, by whichever
/// replica is asked. Rows that are added meanwhile may or may not be among them; none comes twice.
package struct AccountExport: Sendable {
  /// From so many bytes of rows on the next ones are another piece. A single row may be larger.
  static let pieceBytes = 512 << 10
  /// Rows that the database looks at for one piece.
  static let mostRows = 200

  private let tables: [ExportTable]
  private let database: Database

  /// - Parameter tables: in the order in which they come.
  package init(_ tables: [ExportTable], database: Database) {
    (self.tables, self.database) = (tables, database)
  }

  /// The next piece behind a place; nil behind the last one.
  /// - Parameter place: of an earlier piece; empty for the start.
  /// - Throws: `RPCError` `.invalidArgument` for a place that no piece had; `PostgresError`.
  package func next(
    after place: String, of account: AccountID, deadline: Deadline? = nil
  ) async throws -> Common.ExportPiece? {
    var place = try Place(place, in: tables)
    while place.table < tables.count {
      let table = tables[place.table]
      let rows = try await database.run(
        ExportQueries.next(table), [.id(account)] + place.values, in: .account(account),
        deadline: deadline)
      if let last = rows.last {
        return try table.piece(rows, end: Place.text(table, key: try last.texts("place")))
      }
      place = Place(startOf: place.table + 1, in: tables)
    }
    return nil
  }

  /// Answers a method of the context with its pieces.
  package func register(
    _ method: StreamMethod<Common.ExportRequest, Common.ExportPiece>, in routes: inout RPCRoutes
  ) {
    routes.stream(method) { request, call, sender in
      let account = try call.requireAccount()
      var place = request.after
      do {
        while let piece = try await next(after: place, of: account, deadline: call.deadline) {
          try await sender.send(piece)
          place = piece.place
        }
      } catch let error as PostgresError {
        throw error.rpcError ?? error
      }
    }
  }

  /// Every statement, for a test that prepares them.
  package static func statements(_ tables: [ExportTable]) -> [Statement] {
    tables.map(ExportQueries.next)
  }
}

extension ExportTable {
  fileprivate func piece(_ rows: Rows, end place: String) throws -> Common.ExportPiece {
    switch content {
    case .rows:
      var body: [UInt8] = []
      for row in rows { body += Array((try row.text("line") + "\n").utf8) }
      return Common.ExportPiece(file: "\(name).jsonl", body: body, place: place)
    case .files:
      let row = try rows.one()
      return Common.ExportPiece(
        file: "\(name)/\(try row.text("file"))", body: try row.bytes("body"), place: place)
    }
  }
}

/// Where an account's rows are read on: a table, and the key of the last row that was read.
private struct Place {
  let table: Int
  /// One for each column of the table's key.
  let values: [SQLValue]

  private init(table: Int, values: [SQLValue]) { (self.table, self.values) = (table, values) }

  init(startOf table: Int, in tables: [ExportTable]) {
    self.init(
      table: table, values: table < tables.count ? tables[table].key.map(\.start) : [])
  }

  /// `["keywords","42"]`
  static func text(_ table: ExportTable, key: [String]) -> String {
    JSONValue.array(([table.name] + key).map { .string($0) }).text
  }

  /// Reads such a text.
  init(_ text: String, in tables: [ExportTable]) throws {
    if text.isEmpty {
      self.init(startOf: 0, in: tables)
      return
    }
    let words = (try? JSONValue(parsing: text))?.strings ?? []
    guard let table = tables.firstIndex(where: { $0.name == words.first }),
      words.count == tables[table].key.count + 1
    else { throw Self.unknown }
    self.init(
      table: table, values: try zip(tables[table].key, words.dropFirst()).map(Self.value))
  }

  private static func value(_ key: ExportTable.Key, _ text: String) throws -> SQLValue {
    switch key {
    case .text: return .text(text)
    case .number:
      guard let number = Int64(text) else { throw unknown }
      return .int(number)
    }
  }

  private static let unknown = RPCError(.invalidArgument, "No piece ended here", reason: "place")
}

extension ExportTable.Key {
  /// Before the first row. No text of a key is empty.
  fileprivate var start: SQLValue {
    switch self {
    case .number: .int(Int64.min)
    case .text: ""
    }
  }
}
