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

/// A task as the article is written from it.
struct WritingTask: Sendable {
  let id: Int64
  let site: Int64
  let sector: Int64
  let title: String
  let description: String
  let cluster: Int64?
  let clusterName: String
  let outline: [OutlineSection]
  let contentType: String
  let contentStructure: String
  let keywords: [String]
  let words: Int64
  /// Of the article that the task has already.
  let author: Int64?
  let isArchived: Bool
}

/// Writes the article of a task.
struct ContentWriting: Sendable {
  let work: AIWork
  private var library: Library { work.library }

  private struct Input: Sendable {
    let task: WritingTask
    let place: Auth.Place
  }

  func register(in routes: inout RPCRoutes) {
    routes.stream(WritingMethods.generateContent) { request, call, sender in
      do {
        try await work.metering.run(
          WritingMethods.generateContent, request, call, sender,
          PaidWork(
            load: { try await load(request.id, call) },
            ask: {
              try await claim($0.task, call)
              return try await ask($0, hold: $1, call)
            },
            save: { try await save($0, $1, call, $2) }))
      } catch {
        await giveBack(request.id, because: error, call)
        throw error
      }
    }
  }

  // MARK: Who writes the task

  /// Two requests for one task do not write, and charge, side by side.
  private func claim(_ task: WritingTask, _ call: IncomingCall) async throws {
    let rows = try await library.run(
      TaskQueries.claim,
      [
        .int(task.id), .text(call.idempotencyKey ?? ""), .instant(library.time.now()),
        library.givenUp,
      ], call)
    guard !rows.isEmpty else {
      throw RPCError(.failedPrecondition, "The task is being written", reason: "busy")
    }
  }

  /// A task whose work failed for good says so; else it waits for the next try.
  private func giveBack(_ task: Int64, because error: any Error, _ call: IncomingCall) async {
    guard let account = call.context.account, let key = call.idempotencyKey else { return }
    let values: [SQLValue] = [
      .id(account), .int(task), .text(key), .text(work.reason(for: error)),
      .instant(library.time.now()),
    ]
    await work.afterwards(TaskQueries.giveBack, values, of: account)
  }

  // MARK: The parts of the work

  private func load(_ id: Int64, _ call: IncomingCall) async throws -> Prepared<Input> {
    let rows = try await library.run(TaskQueries.forWriting, [.ints([id])], call)
    let task = try WritingTask(row: try work.row(rows, call))
    if task.isArchived { throw RPCError(.failedPrecondition, "The task is archived") }
    let place = try await work.places.check(site: task.site, sector: task.sector, call)
    let charge = Charge(
      WorkKind.content.rawValue, amount: task.words, reference: "content of task \(id)",
      site: SiteID(task.site))
    return .work(Input(task: task, place: place), charge)
  }

  private func ask(
    _ input: Input, hold: Int64, _ call: IncomingCall
  ) async throws -> Made<Integration.GenerateContentReply> {
    let task = input.task
    let reply = try await work.ai.generateContent(
      Integration.GenerateContentRequest(
        assignment: work.assignment(in: input.place, hold: hold, call), taskID: task.id,
        title: task.title, description: task.description, clusterName: task.clusterName,
        keywords: task.keywords,
        outline: task.outline.map {
          .init(heading: $0.heading, brief: $0.brief, subheadings: $0.subheadings)
        }, contentType: task.contentType, contentStructure: task.contentStructure,
        wordCountTarget: task.words, authorProfileID: task.author),
      call.outgoingInternal(timeout: .seconds(270)))
    let words = ArticleText(reply.html).wordCount
    guard words > 0 else {
      throw RPCError(.internal, "The AI wrote an empty article", reason: "upstream")
    }
    return Made(reply, usage: reply.usage, amount: words)
  }

  private func save(
    _ input: Input, _ reply: Integration.GenerateContentReply, _ call: IncomingCall,
    _ transaction: Transaction
  ) async throws -> Saved {
    let account = try call.requireAccount()
    let task = input.task
    let text = ArticleText(reply.html)
    let row = try await store(reply, text, task, account, transaction)
    let (id, revision) = (try row.int("id"), try row.int("revision"))
    try await Revisions.snapshot(id, "generated", call, transaction)
    _ = try await transaction.run(
      TaskQueries.written, [.id(account), .int(task.id), .instant(library.time.now())])
    let title = reply.title.isEmpty ? task.title : reply.title
    let result: JSONValue = [
      "task_id": .int(task.id), "content_id": .int(id), "title": .string(title),
      "slug": .string(try row.text("slug")), "word_count": .int(text.wordCount),
      "revision": .int(revision),
    ]
    return Saved(
      result: result.text, relatedType: "content", relatedID: id,
      messages: [
        WriterEvent.contentGenerated(
          id, revision: revision, account: account, of: task, title: title,
          wordCount: text.wordCount)
      ])
  }

  /// A new article, or a new text of the one that the task has.
  private func store(
    _ reply: Integration.GenerateContentReply, _ text: ArticleText, _ task: WritingTask,
    _ account: AccountID, _ transaction: Transaction
  ) async throws -> Row {
    let title = reply.title.isEmpty ? task.title : reply.title
    let slug = try await Slugs.free(
      ArticleSlug.wanted(reply.slug, title: title), account: account, site: task.site,
      in: transaction)
    let written: [SQLValue] = [
      .text(title), .text(text.html), .text(reply.excerpt.isEmpty ? text.excerpt : reply.excerpt),
      .int(text.wordCount), .text(reply.metaTitle), .text(reply.metaDescription),
      .text(reply.primaryKeyword), .texts(reply.secondaryKeywords), .texts(reply.tags),
      .texts(reply.categories),
    ]
    let model = SQLValue.text(reply.usage?.model ?? "")
    let now = SQLValue.instant(library.time.now())
    let before = try await transaction.run(ContentQueries.ofTask, [.id(account), .int(task.id)])
    if let row = before.first {
      return try await transaction.run(
        ContentQueries.rewrite, [.id(account), .int(try row.int(0))] + written + [model, now]
      ).one()
    }
    let place: [SQLValue] = [
      .id(account), .int(task.site), .int(task.sector), .int(task.id),
    ]
    let kind: [SQLValue] = [
      .text(EntityType(contentType: task.contentType).rawValue), .text(task.contentType), model,
      .text(slug), now,
    ]
    return try await transaction.run(ContentQueries.insert, place + written + kind).one()
  }
}

extension WritingTask {
  fileprivate init(row: Row) throws {
    id = try row.int("id")
    (site, sector) = (try row.int("site_id"), try row.int("sector_id"))
    (title, description) = (try row.text("title"), try row.text("description"))
    cluster = try row.optionalInt("cluster_id")
    clusterName = try row.text("cluster_name")
    outline = Outline.sections(of: try row.json("outline"))
    contentType = try row.text("content_type")
    contentStructure = try row.text("content_structure")
    keywords = try row.texts("keywords")
    words = try row.int("word_count_target")
    author = try row.optionalInt("author_profile_id")
    isArchived = try row.text("status") == "archived"
  }
}
