import CommonContract
import Events
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing
import WriterContract

@testable import WriterService

@Suite("Articles by hand", .inTurn, .timeLimit(.minutes(10)))
struct ContentTests {
  private func create(
    _ world: WriterWorld, _ title: String = "Tea", site: Int64 = 10
  ) async throws -> Writer.Content {
    try await world.contents.createContent(
      Writer.CreateContentRequest(
        title: title, siteID: site, sectorID: 20,
        htmlContent: "<p onclick=\"x\">Hello tea</p><script>bad()</script>"), world.editor())
  }

  @Test("what a person writes is cleaned, counted and gets a slug of its own")
  func create() async throws {
    let world = try await WriterWorld.make()
    let content = try await create(world)
    #expect(content.htmlContent == "<p>Hello tea</p>" && content.wordCount == 2)
    #expect(content.slug == "tea" && content.revision == 1 && content.excerpt == "Hello tea")
    #expect(content.entityType == "blog_post" && content.status == "draft")
    #expect(try await create(world).slug == "tea-2")
    #expect(try await create(world).slug == "tea-3")
    await #expect { try await create(world, site: 11) } throws: {
      ($0 as? RPCError)?.details.fields.first?.name == "site_id"
    }
  }

  @Test("an author profile that is not the account's is refused, at first and later")
  func profiles() async throws {
    let world = try await WriterWorld.make()
    let content = try await world.contents.createContent(
      Writer.CreateContentRequest(title: "Tea", siteID: 10, sectorID: 20, authorProfileID: 30),
      world.editor())
    #expect(content.authorProfileID == 30)
    let isField: @Sendable (any Error) -> Bool = {
      ($0 as? RPCError)?.details.fields.first?.name == "author_profile_id"
    }
    await #expect(
      performing: {
        try await world.contents.createContent(
          Writer.CreateContentRequest(title: "Tea", siteID: 10, sectorID: 20, authorProfileID: 31),
          world.editor())
      }, throws: isField)
    await #expect(
      performing: {
        try await world.contents.updateContent(
          Writer.UpdateContentRequest(id: content.id, authorProfileID: 31), world.editor())
      }, throws: isField)
  }

  @Test("a changed text is a revision, a changed tag is none, and the first text can come back")
  func revisions() async throws {
    let world = try await WriterWorld.make()
    let content = try await create(world)
    let changed = try await world.contents.updateContent(
      Writer.UpdateContentRequest(id: content.id, htmlContent: "<p>Now three words</p>"),
      world.editor())
    #expect(changed.revision == 2 && changed.wordCount == 3)
    let tagged = try await world.contents.updateContent(
      Writer.UpdateContentRequest(id: content.id, tags: ["a"]), world.editor())
    #expect(tagged.revision == 2 && tagged.tags == ["a"])
    let restored = try await world.contents.restoreRevision(
      Writer.RestoreRevisionRequest(id: content.id, revision: 1), world.editor())
    #expect(restored.revision == 3 && restored.htmlContent == "<p>Hello tea</p>")
    #expect(restored.wordCount == 2 && restored.tags == ["a"])
    let list = try await world.contents.listRevisions(
      Writer.ListRevisionsRequest(id: content.id, pageSize: 2), world.editor())
    #expect(list.count == 3 && list.results.map(\.reason) == ["restored", "edited"])
    #expect(list.results.first?.userID == 5)
    let beyond = try await world.contents.listRevisions(
      Writer.ListRevisionsRequest(id: content.id, page: 9), world.editor())
    #expect(beyond.count == 3 && beyond.results.isEmpty)
    await #expect {
      try await world.contents.restoreRevision(
        Writer.RestoreRevisionRequest(id: content.id, revision: 9), world.editor())
    } throws: { ($0 as? RPCError)?.code == .notFound }
  }

  @Test("a person without the site neither sees nor changes its articles")
  func sites() async throws {
    let world = try await WriterWorld.make()
    let content = try await create(world)
    let stranger = world.editor(sites: [99])
    let id = Common.IdRequest(id: content.id)
    let refusals = [
      await refusal { _ = try await world.contents.getContent(id, stranger) },
      await refusal {
        _ = try await world.contents.updateContent(.init(id: content.id, title: "x"), stranger)
      },
      await refusal { _ = try await world.contents.unpublish(id, stranger) },
      await refusal { _ = try await world.contents.listRevisions(.init(id: content.id), stranger) },
    ]
    #expect(refusals.map { $0?.code } == Array(repeating: .notFound, count: 4))
    #expect(try await world.contents.listContent(.init(), stranger).count == 0)
  }

  @Test("the state of a published article is changed by unpublishing only")
  func publishedState() async throws {
    let world = try await WriterWorld.make()
    let content = try await create(world)
    _ = try await world.writing.markPublished(.init(id: content.id, hosted: true), world.call())
    await #expect {
      try await world.contents.updateContent(.init(id: content.id, status: "draft"), world.editor())
    } throws: {
      ($0 as? RPCError)?.code == .failedPrecondition
    }
    let other = try await create(world)
    await #expect {
      try await world.contents.bulkUpdateContent(
        .init(ids: [other.id, content.id], status: "review"), world.editor())
    } throws: {
      ($0 as? RPCError)?.code == .failedPrecondition
    }
    let bulk = try await world.contents.bulkUpdateContent(
      .init(ids: [other.id, 9_999], status: "review"), world.editor())
    #expect(bulk.ids == [other.id])
    let title = try await world.contents.updateContent(
      .init(id: content.id, title: "New"), world.editor())
    #expect(title.status == "published" && title.slug == "tea" && title.revision == 2)
  }

  @Test("a deleted article takes its revisions and pictures along")
  func delete() async throws {
    let world = try await WriterWorld.make()
    let content = try await world.article()
    _ = try await world.contents.deleteContent(.init(id: content.id), world.editor())
    for table in ["content_revisions", "images", "image_files"] {
      #expect(try await world.number("SELECT count(*) FROM \(table)") == 0)
    }
    #expect(try await world.number("SELECT count(*) FROM tasks") == 1)
  }
}

@Suite("A site that is deleted", .inTurn, .timeLimit(.minutes(10)))
struct SiteDepartureTests {
  private func depart(_ payload: String, of account: Int64, in world: WriterWorld) async throws {
    let event = Event(
      id: "auth/1", kind: "site.deleted", account: AccountID(account), payload: payload,
      createdAt: world.time.now())
    let handler = try #require(SiteDeparture.handlers["site.deleted"])
    try await world.database.transaction(in: .account(AccountID(account))) {
      try await handler(event, $0)
    }
  }

  @Test("takes its tasks, articles and pictures along, and nothing of others")
  func departure() async throws {
    let world = try await WriterWorld.make()
    _ = try await world.article()
    _ = try await world.queue(account: 2)
    try await depart(#"{"site_id":11}"#, of: 1, in: world)
    #expect(try await world.number("SELECT count(*) FROM contents") == 1)
    try await depart(#"{"site_id":10}"#, of: 1, in: world)
    for table in ["contents", "content_revisions", "images", "image_files"] {
      #expect(try await world.number("SELECT count(*) FROM \(table)") == 0)
    }
    #expect(try await world.number("SELECT count(*) FROM tasks WHERE account_id = 1") == 0)
    #expect(try await world.number("SELECT count(*) FROM tasks") == 1)
    let nameless = await refusal { try await depart("{}", of: 1, in: world) }
    #expect(nameless?.code == .invalidArgument)
  }
}

@Suite("The writer's schema", .inTurn, .timeLimit(.minutes(10)))
struct SchemaTests {
  @Test("every statement fits the schema")
  func statements() async throws {
    let world = try await WriterWorld.make()
    let failures = try await StatementCheck.failures(of: WriterQueries.all, on: world.database)
    #expect(failures == [])
  }

  @Test(
    "a tenant's rows are out of reach in the scope of another",
    arguments: ["tasks", "contents", "content_revisions", "images", "image_files", "outbox"])
  func tenancy(table: String) async throws {
    let world = try await WriterWorld.make()
    _ = try await world.article()
    let count = Statement("test.count", "SELECT count(*) FROM \(table)")
    func rows(_ scope: Scope) async throws -> Int64 {
      try await world.database.run(count, in: scope).one().int(0)
    }
    #expect(try await rows(.account(AccountID(1))) > 0)
    #expect(try await rows(.account(AccountID(2))) == 0)
    #expect(try await rows(.none) == 0)
  }
}
