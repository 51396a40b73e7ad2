import AuthContract
import CommonContract
import IntegrationContract
import Kernel
import Logging
import Postgres
import RPC
import Resources
import WriterContract

/// Brings content to its destinations.
struct PublishingHandlers: Sendable {
  let database: Database
  let destinations: [any Destination]
  let writer: WritingClient
  let time: any TimeSource
  let log: Logger

  func register(in routes: inout RPCRoutes) throws {
    routes.answer(PublishingMethods.publish, publish)
    try publishingRecords.routes(
      &routes, database: database, time: time,
      ResourceMethods(
        list: PublishingMethods.listPublishingRecords,
        retrieve: PublishingMethods.getPublishingRecord))
  }

  private func publish(
    _ request: Integration.PublishRequest, _ call: IncomingCall
  ) async throws -> Integration.PublishReply {
    _ = try call.requireAccount()
    let chosen = try destinations(named: request.destinations)
    let publication = try await writer.getPublication(
      Common.IdRequest(id: request.contentID), call.outgoingInternal(timeout: .seconds(10)))
    guard let content = publication.content else { throw RPCError.missing }
    var records: [Integration.PublishingRecord] = []
    var failure: RPCError?
    for destination in chosen {
      let delivery = try await deliver(content, to: destination, call)
      records.append(delivery.record)
      failure = failure ?? delivery.failure
    }
    if let failure, records.allSatisfy({ $0.status != "published" }) { throw failure }
    return Integration.PublishReply(records: records)
  }

  private func destinations(named names: [String]) throws -> [any Destination] {
    let wanted = names.isEmpty ? [HostedSite.name] : names
    var chosen: [any Destination] = []
    for name in wanted where !chosen.contains(where: { $0.name == name }) {
      guard let destination = destinations.first(where: { $0.name == name }) else {
        throw RPCError(field: "destinations", "Unknown destination \(name.prefix(50))")
      }
      chosen.append(destination)
    }
    return chosen
  }

  /// One attempt; what came of it is in the record, whether it worked or not.
  private func deliver(
    _ content: Writer.Content, to destination: any Destination, _ call: IncomingCall
  ) async throws -> (record: Integration.PublishingRecord, failure: RPCError?) {
    let account = try call.requireAccount()
    let begun = try await write(
      PublishingQueries.begin,
      [
        .id(account), .int(content.siteID), .int(content.id), .text(destination.name),
        .instant(time.now()),
      ], account)
    let delivered: Delivered
    do {
      delivered = try await destination.deliver(content, call)
    } catch {
      let refusal = refusal(of: error)
      log.warning(
        "a delivery failed",
        metadata: [
          "content": "\(content.id)", "destination": "\(destination.name)", "error": "\(error)",
        ])
      let record = try await write(
        PublishingQueries.fail,
        [
          .id(account), .int(begun.id), .text(refusal.message),
          .text(refusal.details.reason ?? "\(refusal.code)"), .instant(time.now()),
        ], account)
      return (record, refusal)
    }
    let record = try await write(
      PublishingQueries.succeed,
      [
        .id(account), .int(begun.id), .text(delivered.id), .text(delivered.url),
        .instant(time.now()),
      ], account)
    return (record, nil)
  }

  private func refusal(of error: any Error) -> RPCError {
    if let error = error as? RPCError { return error }
    if error is CancellationError { return RPCError(.cancelled, "The delivery was given up") }
    return RPCError(.unavailable, "The delivery failed", reason: "upstream")
  }

  /// Also when the call is given up meanwhile: what was done is written down.
  private func write(
    _ statement: Statement, _ values: [SQLValue], _ account: AccountID
  ) async throws -> Integration.PublishingRecord {
    try await Task {
      let rows = try await database.run(statement, values, in: .account(account))
      return try publishingRecords.item(try rows.one())
    }.value
  }
}

/// Deliveries as clients see them.
let publishingRecords = Resource<Integration.PublishingRecord>(
  "integration.publishing_records", table: "publishing_records",
  columns: [
    .int("site_id", .readOnly), .int("content_id", .readOnly),
    .int("integration_id", .readOnly, .nullable), .text("destination", .readOnly),
    .text("destination_type", .readOnly), .text("status", .readOnly),
    .text("external_id", .readOnly, .nullable), .text("external_url", .readOnly, .nullable),
    .int("attempts", .readOnly), .text("last_error", .readOnly, .nullable),
    .text("error_code", .readOnly, .nullable), .timestamp("published_at", .readOnly, .nullable),
  ],
  filters: [.equal("site_id"), .equal("content_id"), .equal("status"), .equal("destination")],
  orderings: ["created_at", "updated_at", "status"], siteColumn: "site_id")
