import AuthContract
import Events
import Kernel
import PlannerContract
import PlannerCore
import Postgres
import RPC
import Resources

/// Many keywords at once: from a file, from seeds.
struct ImportHandlers: Sendable {
  /// Rows of one statement.
  private static let batch = 5_000
  /// Refused rows that are shown; all are counted.
  private static let shownRejections = 1_000

  let planning: Planning

  func register(in routes: inout RPCRoutes) {
    routes.answer(KeywordsMethods.importKeywords, on: .pool, importFile)
    routes.answer(KeywordsMethods.bulkAddFromSeed, addFromSeed)
  }

  private func importFile(
    _ request: Planner.ImportKeywordsRequest, _ call: IncomingCall
  ) async throws -> Planner.ImportKeywordsReply {
    try await planning.places.check(site: request.siteID, sector: request.sectorID, call)
    let file = try readable(request.csv ?? [])
    let created = try await insert(
      file.entries.map {
        NewKeyword(
          text: $0.keyword, volume: $0.volume, difficulty: $0.difficulty, intent: $0.intent)
      }, site: request.siteID ?? 0, sector: request.sectorID ?? 0, call)
    return Planner.ImportKeywordsReply(
      created: Int64(created.count),
      duplicate: Int64(file.repeats + file.entries.count - created.count),
      invalid: Int64(file.rejections.count),
      errors: file.rejections.prefix(Self.shownRejections).map {
        Planner.RejectedRow(line: Int64($0.line), reason: $0.reason)
      })
  }

  private func readable(_ csv: [UInt8]) throws -> KeywordFile {
    do { return try KeywordFile(csv) } catch {
      throw switch error {
      case .empty: RPCError(field: "csv", "The file is empty")
      case .notUTF8: RPCError(field: "csv", "The file must be UTF-8")
      case .noKeywordColumn: RPCError(field: "csv", "The file has no column \"keyword\"")
      case .tooManyRows:
        RPCError(field: "csv", "The file must have no more than \(KeywordFile.maxRows) rows")
      }
    }
  }

  private func addFromSeed(
    _ request: Planner.BulkAddFromSeedRequest, _ call: IncomingCall
  ) async throws -> Planner.BulkAddReply {
    guard !request.seedKeywordIDs.isEmpty else {
      throw RPCError(required: "seed_keyword_ids")
    }
    try await planning.places.check(site: request.siteID, sector: request.sectorID, call)
    let seeds = try await planning.places.seeds(
      request.seedKeywordIDs, field: "seed_keyword_ids", call)
    let keywords = seeds.compactMap { seed in
      KeywordText(seed.keyword).map {
        NewKeyword(
          text: $0, volume: seed.volume, difficulty: seed.difficulty,
          intent: KeywordIntent(rawValue: seed.intent) ?? .informational, seed: seed.id)
      }
    }
    let created = try await insert(
      keywords, site: request.siteID ?? 0, sector: request.sectorID ?? 0, call)
    return Planner.BulkAddReply(
      created: Int64(created.count), duplicate: Int64(seeds.count - created.count), ids: created)
  }

  private struct NewKeyword {
    let text: KeywordText
    let volume: Int64
    let difficulty: Int64
    let intent: KeywordIntent
    var seed: Int64 = 0
  }

  /// Inserts what is not there yet, all of it or nothing; gives the new ids.
  private func insert(
    _ keywords: [NewKeyword], site: Int64, sector: Int64, _ call: IncomingCall
  ) async throws -> [Int64] {
    let account = try call.requireAccount()
    let ids = try await planning.transaction(for: call) { transaction in
      var ids: [Int64] = []
      for start in stride(from: 0, to: keywords.count, by: Self.batch) {
        let some = keywords[start..<min(start + Self.batch, keywords.count)]
        let rows = try await transaction.run(
          KeywordQueries.insertAll,
          [
            .id(account), .int(site), .int(sector), .texts(some.map(\.text.text)),
            .texts(some.map(\.text.folded)), .ints(some.map(\.volume)),
            .ints(some.map(\.difficulty)), .texts(some.map(\.intent.rawValue)),
            .ints(some.map(\.seed)), .instant(planning.time.now()),
          ])
        ids += try rows.map { try $0.int(0) }
      }
      Outbox.add(
        PlannerEvents.added(keywords: ids, site: site, sector: sector, of: account),
        in: transaction)
      return ids
    }
    planning.messagesWaiting()
    return ids
  }
}
