import AuthContract
import CommonContract
import IntegrationContract
import JSON
import Kernel
import Metering
import Postgres
import RPC
import WriterContract
import WriterCore

/// Finds the pictures that an article needs.
struct PromptWriting: Sendable {
  let work: AIWork
  private var library: Library { work.library }

  private struct Input: Sendable {
    let content: Int64
    let site: Int64
    let sector: Int64
    let task: Int64?
    let title: String
    let html: String
    let primaryKeyword: String
    let place: Auth.Place
  }

  func register(in routes: inout RPCRoutes) {
    routes.stream(WritingMethods.generateImagePrompts) { request, call, sender in
      try await work.metering.run(
        WritingMethods.generateImagePrompts, request, call, sender,
        PaidWork(
          load: { try await load(request.id, call) },
          ask: { try await ask($0, hold: $1, call) },
          save: { try await save($0, $1, call, $2) }))
    }
  }

  private func load(_ id: Int64, _ call: IncomingCall) async throws -> Prepared<Input> {
    let row = try work.row(
      try await library.run(ContentQueries.forPrompts, [.int(id)], call), call)
    let images = try row.ints("image_ids")
    if !images.isEmpty { return .nothing(result: Self.result(id, images)) }
    let html = try row.text("html_content")
    if html.isEmpty { throw RPCError(.failedPrecondition, "The content has no text") }
    let (site, sector) = (try row.int("site_id"), try row.int("sector_id"))
    let input = Input(
      content: id, site: site, sector: sector, task: try row.optionalInt("task_id"),
      title: try row.text("title"), html: html,
      primaryKeyword: try row.text("primary_keyword"),
      place: try await work.places.check(site: site, sector: sector, call))
    let charge = Charge(
      WorkKind.imagePrompts.rawValue, reference: "image prompts of content \(id)",
      site: SiteID(site))
    return .work(input, charge)
  }

  private func ask(
    _ input: Input, hold: Int64, _ call: IncomingCall
  ) async throws -> Made<[Integration.ImagePromptOutput]> {
    let reply = try await work.ai.generateImagePrompts(
      Integration.GenerateImagePromptsRequest(
        assignment: work.assignment(in: input.place, hold: hold, call), contentID: input.content,
        title: input.title, html: input.html, primaryKeyword: input.primaryKeyword),
      call.outgoingInternal(timeout: .seconds(150)))
    guard !reply.prompts.isEmpty else {
      throw RPCError(.internal, "The AI found no pictures", reason: "upstream")
    }
    return Made(reply.prompts, usage: reply.usage)
  }

  private func save(
    _ input: Input, _ prompts: [Integration.ImagePromptOutput], _ call: IncomingCall,
    _ transaction: Transaction
  ) async throws -> Saved {
    let account = try call.requireAccount()
    try await transaction.mustSee(content: input.content, call)
    let before = try await transaction.run(
      ContentQueries.forPrompts, [.id(account), .int(input.content)]
    ).one()
    guard try before.ints("image_ids").isEmpty else {
      throw RPCError(.aborted, "The content got its image prompts meanwhile", reason: "conflict")
    }
    let now = library.time.now()
    let rows = try await transaction.runAll(
      prompts.map { prompt in
        (
          ImageQueries.insert,
          [
            .id(account), .int(input.site), .int(input.sector), .int(input.content),
            .int(input.task), .text(prompt.imageType == "featured" ? "featured" : "in_article"),
            .int(prompt.position), .text(prompt.prompt), .text(prompt.altText),
            .text(prompt.caption), .instant(now),
          ]
        )
      })
    return Saved(
      result: Self.result(input.content, try rows.map { try $0.one().int(0) }),
      relatedType: "content", relatedID: input.content)
  }

  private static func result(_ content: Int64, _ images: [Int64]) -> String {
    let result: JSONValue = [
      "content_id": .int(content), "image_ids": .array(images.map { .int($0) }),
      "count": .int(Int64(images.count)),
    ]
    return result.text
  }
}
