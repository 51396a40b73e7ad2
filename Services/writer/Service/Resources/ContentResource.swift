import CommonContract
import Events
import Postgres
import RPC
import Resources
import WriterContract
import WriterCore

/// Articles. A changed title or text is a new revision.
struct ContentResource: Sendable {
  let places: Places
  let profiles: AuthorProfiles
  let wake: @Sendable () -> Void

  static let declaration = Resource<Writer.Content>(
    "writer.contents", table: "contents",
    columns: [
      .int("site_id", .required), .int("sector_id", .required), .int("task_id", .nullable),
      .text("title", .required, maxLength: 500),
      .text("slug", maxLength: 200, default: ""),
      .text("html_content", maxLength: 1_000_000, default: ""),
      .text("excerpt", maxLength: 2_000, default: ""), .int("word_count", .readOnly),
      .text("meta_title", maxLength: 255, default: ""),
      .text("meta_description", maxLength: 500, default: ""),
      .text("primary_keyword", maxLength: 255, default: ""),
      .texts("secondary_keywords", maxItems: 100, maxLength: 255),
      .texts("tags", maxItems: 50, maxLength: 100),
      .texts("categories", maxItems: 50, maxLength: 100),
      .enumeration(
        "entity_type", EntityType.allCases.map(\.rawValue), default: "blog_post",
        message: "Invalid entity type"),
      .text("content_type", maxLength: 50, default: ""),
      .enumeration(
        "status", ["draft", "linked", "optimized", "review"], default: "draft",
        message: "Invalid status value"),
      .text("source", .readOnly), .text("sync_status", .readOnly),
      .text("external_id", .readOnly, .nullable), .text("external_url", .readOnly, .nullable),
      .json("internal_links", .readOnly), .int("linker_version", .readOnly),
      .int("optimizer_version", .readOnly), .json("optimization_scores", .readOnly),
      .int("revision", .readOnly), .text("model", .readOnly),
      .timestamp("published_at", .readOnly, .nullable), .int("author_profile_id", .nullable),
    ],
    filters: [
      .equal("site_id"), .equal("sector_id"), .equal("status"), .equal("entity_type"),
      .equal("content_type"), .equal("source"), .equal("sync_status"), .equal("task_id"),
      .sql("optimized", "(t.optimizer_version > 0) = $"),
      .sql("linked", "(t.linker_version > 0) = $"),
    ],
    search: ["title", "primary_keyword", "meta_title"],
    orderings: ["title", "status", "word_count", "created_at", "updated_at"],
    defaultOrdering: "-created_at,-id",
    constraints: [
      .reference("contents_task", field: "task_id", "Invalid task"),
      .unique("contents_slug", field: "slug", "Another content of the site has this slug"),
    ],
    siteColumn: "site_id")

  func register(in routes: inout RPCRoutes, _ library: Library) throws {
    var hooks = ResourceHooks()
    hooks.check = { [places, profiles] change, values, call in
      try await Self.check(change, &values, places, call)
      if let profile = values.int("author_profile_id") { try await profiles.check(profile, call) }
    }
    hooks.before = { change, values, call, transaction in
      switch change {
      case .create: try await Self.prepareCreate(&values, call, transaction)
      case .update(let ids): try await Self.prepareUpdate(ids, &values, call, transaction)
      case .delete: break
      }
    }
    hooks.after = { change, values, call, transaction in
      if case .delete(let ids) = change, !ids.isEmpty {
        Outbox.add(
          WriterEvent.deleted(contents: ids, account: try call.requireAccount()), in: transaction)
      }
      if case .create(let id) = change {
        Outbox.add(try await created(id, values, call, transaction), in: transaction)
      }
      guard values["revision"] != nil else { return }
      for id in change.ids {
        try await Revisions.snapshot(id, "edited", call, transaction)
      }
    }
    hooks.committed = wake
    try Self.declaration.routes(
      &routes, database: library.database, time: library.time, hooks: hooks,
      ResourceMethods(
        list: ContentsMethods.listContent, create: ContentsMethods.createContent,
        update: ContentsMethods.updateContent, delete: ContentsMethods.deleteContent,
        bulkDelete: ContentsMethods.bulkDeleteContent,
        bulkUpdate: ContentsMethods.bulkUpdateContent))
    routes.answer(ContentsMethods.getContent) { request, call in
      try await library.content(request.id, call)
    }
  }

  private func created(
    _ id: Int64, _ values: ResourceValues, _ call: IncomingCall, _ transaction: Transaction
  ) async throws -> OutboxMessage {
    let account = try call.requireAccount()
    var cluster: Int64?
    if let task = values.int("task_id") {
      let rows = try await transaction.run(TaskQueries.cluster, [.id(account), .int(task)])
      cluster = try rows.first?.optionalInt(0)
    }
    return WriterEvent.contentCreated(id, account: account, values: values, cluster: cluster)
  }

  private static func check(
    _ change: ResourceChange, _ values: inout ResourceValues, _ places: Places,
    _ call: IncomingCall
  ) async throws {
    if let html = values.text("html_content") {
      let text = ArticleText(html)
      values["html_content"] = .text(text.html)
      values["word_count"] = .int(text.wordCount)
      if case .create = change, values.text("excerpt")?.isEmpty ?? true {
        values["excerpt"] = .text(text.excerpt)
      }
    }
    if case .create = change, let site = values.int("site_id") {
      try await places.check(site: site, sector: values.int("sector_id"), call)
    }
  }

  private static func prepareCreate(
    _ values: inout ResourceValues, _ call: IncomingCall, _ transaction: Transaction
  ) async throws {
    let wanted = ArticleSlug.wanted(values.text("slug"), title: values.text("title") ?? "")
    values["slug"] = .text(
      try await Slugs.free(
        wanted, account: try call.requireAccount(), site: values.int("site_id") ?? 0,
        in: transaction))
    values["revision"] = .int(1)
  }

  private static func prepareUpdate(
    _ ids: [Int64], _ values: inout ResourceValues, _ call: IncomingCall,
    _ transaction: Transaction
  ) async throws {
    let account = try call.requireAccount()
    let rows = try await transaction.run(ContentQueries.lock, [.id(account), .ints(ids)])
    for row in rows where try row.text("status") == "published" && values["status"] != nil {
      try call.mustSee(site: try row.int("site_id"))
      throw RPCError(.failedPrecondition, "The content is published; unpublish it first")
    }
    guard ids.count == 1 else { return }
    guard let row = rows.first else { throw RPCError.missing }
    try call.mustSee(site: try row.int("site_id"))
    if let slug = values.text("slug") {
      let title = try values.text("title") ?? row.text("title")
      values["slug"] = .text(
        try await Slugs.free(
          ArticleSlug.wanted(slug, title: title), account: account,
          site: try row.int("site_id"), except: try row.int("id"), in: transaction))
    }
    let title = try values.text("title").map { try $0 != row.text("title") } ?? false
    let html = try values.text("html_content").map { try $0 != row.text("html_content") } ?? false
    if title || html { values["revision"] = .int(try row.int("revision") + 1) }
  }
}
