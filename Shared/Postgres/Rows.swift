import CPostgres
import Glibc

/// Owns one result of libpq and frees it once.
///
/// Sendable without a lock: a result is complete before it is wrapped and nothing changes it after.
final class QueryResult: @unchecked Sendable {
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { PQclear(pointer) }
}

/// The rows one statement returned, in the server's order; values are read where libpq put them.
package struct Rows: RandomAccessCollection, Sendable {
  let result: QueryResult?
  package let endIndex: Int
  /// How many rows an INSERT, UPDATE or DELETE changed, or a SELECT returned.
  package let rowsAffected: Int

  package var startIndex: Int { 0 }

  package subscript(position: Int) -> Row {
    precondition(position >= 0 && position < endIndex, "row out of range")
    return Row(result: result, number: Int32(truncatingIfNeeded: position))
  }

  /// No rows, for a statement that returns none.
  package static let none = Rows(result: nil, endIndex: 0, rowsAffected: 0)

  init(result: QueryResult?, endIndex: Int, rowsAffected: Int) {
    (self.result, self.endIndex, self.rowsAffected) = (result, endIndex, rowsAffected)
  }

  init(_ result: QueryResult) {
    let count = Int(PQntuples(result.pointer))
    let tag = PQcmdTuples(result.pointer).map { Int(atol($0)) } ?? 0
    self.init(result: result, endIndex: count, rowsAffected: tag)
  }

  /// The only row.
  /// - Throws: `PostgresError` of kind `.value` when there is none or more than one.
  package func one() throws(PostgresError) -> Row {
    guard count == 1 else { throw PostgresError(.value, "expected one row, got \(count)") }
    return self[0]
  }

  /// The names of the columns, in order.
  package var columnNames: [String] {
    guard let result else { return [] }
    return (0..<PQnfields(result.pointer)).map { index in
      PQfname(result.pointer, index).map { String(cString: $0) } ?? ""
    }
  }
}

/// One row. Getters take the column's position (0 first) or its name and throw `PostgresError` of
/// kind `.value` for NULL (unless optional), for a column that is not there and for a type that
/// does not fit.
package struct Row: Sendable {
  let result: QueryResult?
  let number: Int32

  /// How many columns the row has.
  package var columnCount: Int { result.map { Int(PQnfields($0.pointer)) } ?? 0 }

  /// The position of a column, by the exact name it has in the result.
  package func index(of name: String) throws(PostgresError) -> Int {
    if let result {
      for index in 0..<PQnfields(result.pointer) {
        if let found = PQfname(result.pointer, index), strcmp(found, name) == 0 {
          return Int(index)
        }
      }
    }
    throw PostgresError(.value, "no column \(name)")
  }

  /// The object id of the column's type in `pg_type`.
  package func typeID(_ column: Int) -> UInt32 {
    guard let result, column < columnCount else { return 0 }
    return PQftype(result.pointer, Int32(column))
  }

  /// Whether the value is NULL; a column that is not there counts as NULL.
  package func isNull(_ column: Int) -> Bool {
    guard let result, column >= 0, column < columnCount else { return true }
    return PQgetisnull(result.pointer, number, Int32(column)) == 1
  }

  /// Lends the column's bytes as the server sent them (its binary format), without a copy; nil for
  /// NULL. The buffer is valid inside the closure only.
  package func withBytes<R>(
    _ column: Int, _ body: (UnsafeRawBufferPointer?) throws -> R
  ) throws -> R {
    try body(try raw(column))
  }

  /// The column's bytes; nil for NULL. Valid as long as `result` lives.
  func raw(_ column: Int) throws(PostgresError) -> UnsafeRawBufferPointer? {
    guard let result, column >= 0, column < columnCount else {
      throw PostgresError(.value, "no column \(column)")
    }
    let index = Int32(column)
    let length = Int(PQgetlength(result.pointer, number, index))
    if length == 0, PQgetisnull(result.pointer, number, index) == 1 { return nil }
    return UnsafeRawBufferPointer(start: PQgetvalue(result.pointer, number, index), count: length)
  }

  /// The type of a column whose bytes were read, so of one that is there.
  func knownType(_ column: Int) -> Oid { result.map { PQftype($0.pointer, Int32(column)) } ?? 0 }

  func refuse(_ column: Int, _ wanted: String) -> PostgresError {
    let name = result.flatMap { PQfname($0.pointer, Int32(column)) }.map { String(cString: $0) }
    let what = isNull(column) ? "NULL" : "type \(typeID(column))"
    return PostgresError(.value, "column \(name ?? "\(column)") is \(what), not \(wanted)")
  }
}
