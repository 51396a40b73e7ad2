import CommonContract
import Exports
import JSON
import Kernel
import Postgres
import RPC
import TestKit

/// Holds a context to what it says of exporting accounts.
package struct ExportCheck: Sendable {
  let tables: [ExportTable]
  let stays: Set<String>
  let rows: TenantRows
  let next: @Sendable (_ place: String, AccountID) async throws -> [Common.ExportPiece]

  /// - Parameters:
  ///   - stays: columns that stay inside, as `table.column`, or `table` for all that it has.
  ///   - rows: fills the context's schema.
  ///   - pieces: an account's pieces behind a place.
  package init(
    _ tables: [ExportTable], staying stays: Set<String>, _ rows: TenantRows,
    pieces: @escaping @Sendable (_ place: String, AccountID) async throws -> [Common.ExportPiece]
  ) {
    (self.tables, self.stays, self.rows, next) = (tables, stays, rows, pieces)
  }

  /// - Parameter method: what auth asks the context by.
  package init(
    _ tables: [ExportTable], staying stays: Set<String>, _ rows: TenantRows,
    _ method: StreamMethod<Common.ExportRequest, Common.ExportPiece>, _ caller: any RPCCaller
  ) {
    self.init(tables, staying: stays, rows) { place, account in
      let call = OutgoingCall(
        context: CallContext(requestID: "test", actor: .service, account: account),
        deadline: Deadline(in: .seconds(300), of: RealTime()))
      var pieces: [Common.ExportPiece] = []
      for try await piece in caller.stream(method, .init(after: place), call) {
        pieces.append(piece)
      }
      return pieces
    }
  }

  /// What is wrong: columns that nobody has decided about, rows that are missing, and what should
  /// not have gone out.
  package func faults() async throws -> [String] {
    let known = try await rows.columns()
    let out = Set(tables.flatMap { table in table.columns.map { "\(table.name).\($0)" } })
    let kept = known.filter { stays.contains($0) || stays.contains(Self.table($0)) }
    let files = Set(tables.filter { $0.columns.isEmpty }.map(\.name))
    var faults = known.subtracting(out).subtracting(kept).filter { !files.contains(Self.table($0)) }
      .map { "nobody has decided about \($0)" }
    faults += kept.intersection(out).map { "\($0) both stays and goes" }
    for account: Int64 in [1, 2] { try await rows.seed(account) }
    faults += try await contents(kept)
    return faults.sorted()
  }

  private func contents(_ kept: Set<String>) async throws -> [String] {
    var faults: [String] = []
    let pieces = try await pieces(of: 1)
    for table in tables where !table.columns.isEmpty {
      let lines = pieces.filter { $0.file == "\(table.name).jsonl" }.flatMap(\.lines)
      guard lines.count == 1, let row = try? JSONValue(parsing: lines[0]) else {
        faults.append("\(table.name) has the lines \(lines)")
        continue
      }
      if row.members.map(\.name) != table.columns { faults.append("\(table.name) has \(row.text)") }
    }
    let text = pieces.flatMap(\.lines).joined()
    if text.contains("of 2:") { faults.append("another account's rows are among them") }
    faults += kept.filter { text.contains("of 1: \($0)") }.map { "\($0) went out" }
    for (number, piece) in pieces.enumerated() {
      let rest = try await self.pieces(of: 1, after: piece.place)
      if rest != Array(pieces.dropFirst(number + 1)) {
        faults.append("behind \(piece.place) come \(rest.map(\.place))")
      }
    }
    return faults
  }

  /// Everything that the context gives of an account behind a place.
  package func pieces(
    of account: Int64, after place: String = ""
  ) async throws -> [Common.ExportPiece] {
    try await next(place, AccountID(account))
  }

  private static func table(_ column: String) -> String {
    String(column.prefix { $0 != "." })
  }
}

extension Common.ExportPiece {
  /// Of a file of rows.
  package var lines: [String] {
    guard file.hasSuffix(".jsonl") else { return [] }
    return String(decoding: body, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
