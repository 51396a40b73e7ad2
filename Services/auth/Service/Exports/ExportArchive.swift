import Archives
import AuthCore
import CommonContract
import Kernel
import Postgres
import RPC

/// An archive in the tables, as far as it was written. Every step is one transaction, which fails
/// when somebody else has taken the step.
struct ExportArchive: Sendable {
  /// Largest piece of the archive that is stored, and sent, at a time.
  static let chunkBytes = 1 << 20
  /// Lines of the directory that are in memory at a time.
  private static let mostLines: Int64 = 500

  private(set) var export: StoredExport
  private var open: ZipArchive.File?
  private let database: Database

  /// The archive where it was left; nil when there is nothing to do about it any more.
  init?(_ id: Int64, of account: AccountID, on database: Database) async throws {
    let key: [SQLValue] = [.id(account), .int(id)]
    let rows = try await database.run(AccountExportQueries.find, key, in: .account(account))
    guard let export = try rows.first.map(StoredExport.init(row:)),
      export.state == .queued || export.state == .running
    else { return nil }
    let last = try await database.run(
      AccountExportQueries.files, key + [.int(export.files - 1), .int(1)], in: .account(account))
    (self.export, self.database) = (export, database)
    open = try last.first.map(ZipArchive.File.init(row:))
  }

  /// Adds a piece of a context's data.
  mutating func add(
    _ piece: Common.ExportPiece, of context: String, at now: Instant
  ) async throws {
    var (zip, next) = (zip, export)
    let name = context.isEmpty ? piece.file : "\(context)/\(piece.file)"
    let written = try zip.add(piece.body, to: name)
    (next.context, next.place) = (context, piece.place)
    if zip.open?.start != open?.start || open == nil { next.files += 1 }
    var files: [(Statement, [SQLValue])] = []
    if let finished = written.finished { files.append(save(finished, number: export.files)) }
    if let open = zip.open { files.append(save(open, number: next.files)) }
    try await database.transaction(in: .account(export.account)) {
      try await advance(&next, to: .running, size: zip.size, by: written.bytes, at: now, in: $0)
      $0.runLater(files)
    }
    (export, open) = (next, zip.open)
  }

  /// Writes the directory; from now on it can be downloaded.
  /// - Parameter told: adds to the transaction what others are told.
  mutating func finish(
    at now: Instant, _ told: @Sendable (StoredExport, Transaction) async throws -> Void
  ) async throws {
    var (zip, next) = (zip, export)
    let last = zip.close()
    try await database.transaction(in: .account(export.account)) { transaction in
      if let finished = last.finished {
        transaction.runLater([save(finished, number: export.files)])
      }
      try await store(last.bytes, &next, in: transaction)
      let start = zip.size
      var number: Int64 = 0
      while number < export.files {
        let lines = try await transaction.run(
          AccountExportQueries.files, export.key + [.int(number), .int(Self.mostLines)])
        guard !lines.isEmpty else { break }
        number += Int64(lines.count)
        try await store(
          zip.directory(of: try lines.map(ZipArchive.File.init(row:))), &next, in: transaction)
      }
      try await store(
        zip.end(files: export.files, directoryAt: start), &next, in: transaction)
      try await advance(&next, to: .ready, size: zip.size, by: [], at: now, in: transaction)
      try await told(next, transaction)
    }
    export = next
  }

  private var zip: ZipArchive {
    ZipArchive(date: export.createdAt, size: UInt64(export.size), open: open)
  }

  private func save(_ file: ZipArchive.File, number: Int64) -> (Statement, [SQLValue]) {
    (AccountExportQueries.saveFile, export.key + file.bindings(number: number))
  }

  /// Takes the step in the export's own row, which is what decides between two who try to.
  private func advance(
    _ next: inout StoredExport, to state: ArchiveState, size: UInt64, by bytes: [UInt8],
    at now: Instant, in transaction: Transaction
  ) async throws {
    let isReady = state == .ready
    let count = next.chunks + Int64((bytes.count + Self.chunkBytes - 1) / Self.chunkBytes)
    next.size = Int64(size)
    let taken = try await transaction.run(
      AccountExportQueries.advance,
      export.key + [
        .int(export.chunks), .text(next.context), .text(next.place), .int(count),
        .int(next.size), .int(next.files), .instant(now), .text(state.rawValue),
        .instant(isReady ? now : nil), .instant(isReady ? now + ArchiveRules.lifetime : nil),
      ])
    guard taken.rowsAffected == 1 else {
      throw RPCError(.aborted, "Somebody else goes on with this archive", reason: "conflict")
    }
    try await store(bytes, &next, in: transaction)
  }

  private func store(
    _ bytes: [UInt8], _ next: inout StoredExport, in transaction: Transaction
  ) async throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      _ = try await transaction.run(
        AccountExportQueries.insertChunk,
        export.key + [.int(next.chunks), .bytes(Array(rest.prefix(Self.chunkBytes)))])
      next.chunks += 1
      rest = rest.dropFirst(Self.chunkBytes)
    }
  }
}
