import CommonContract
import Events
import Kernel
import PlannerContract
import Postgres
import RPC
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import PlannerService

@Suite("Keywords, clusters and ideas", .inTurn, .timeLimit(.minutes(10)))
struct PlanningTests {
  @Test("every statement fits the schema")
  func statements() async throws {
    let world = try await PlannerWorld.make()
    let failures = try await StatementCheck.failures(
      of: PlannerQueries.all, on: world.database)
    #expect(failures == [])
  }

  @Test("a file's rows are counted as created, duplicate and invalid, each bad one with its line")
  func importFile() async throws {
    let world = try await PlannerWorld.make()
    try await world.add("Espresso")
    let reply = try await world.importing(
      """
      KD,Keyword,Volume,Intent
      30,latte,1200,commercial
      5, ESPRESSO ,10,
      5,Latte,10,
      x,mocha,10,
      7,flat white,,t
      """)
    #expect(reply.created == 2)
    #expect(reply.duplicate == 2)
    #expect(reply.invalid == 1)
    #expect(reply.errors.map(\.line) == [5])
    let request = Planner.ListKeywordsRequest(ordering: "-volume", volumeMin: 1_000)
    let found = try await world.keywords.listKeywords(request, world.call())
    #expect(found.results.map(\.keyword) == ["latte"])
    #expect(found.results.first?.difficulty == 30)
    #expect(found.results.first?.intent == "commercial")
    let again = try await world.importing("keyword\nlatte\n")
    #expect(again.created == 0)
    #expect(again.duplicate == 1)
  }

  @Test("a file goes only where the caller may write")
  func importElsewhere() async throws {
    let world = try await PlannerWorld.make()
    let foreign = await refusal { try await world.importing("keyword\na\n", site: 2) }
    #expect(foreign?["site_id"] == ["Site must belong to your account"])
    let ungranted = await refusal {
      try await world.importing("keyword\na\n", world.call(sites: [SiteID(7)]))
    }
    #expect(ungranted?["site_id"] == ["Site must belong to your account"])
    let headless = await refusal { try await world.importing("words\na\n") }
    #expect(headless?["csv"] == ["The file has no column \"keyword\""])
    #expect(try await world.number("SELECT count(*) FROM keywords") == 0)
  }

  @Test("the same keyword stands once in a sector, whatever its case and blanks")
  func unique() async throws {
    let world = try await PlannerWorld.make()
    try await world.add("flat white")
    let repeated = await refusal { try await world.add("  Flat   WHITE ") }
    #expect(repeated?.code == .alreadyExists)
    try await world.add("flat white", sector: 11)
    try await world.add("flat white", account: 2)
  }

  @Test("a keyword of a seed has its text and figures unless others are given")
  func seed() async throws {
    let world = try await PlannerWorld.make()
    let made = try await world.keywords.createKeyword(
      .init(seedKeywordID: 101, siteID: 1, sectorID: 10, volume: 5), world.call())
    #expect(made.keyword == "Seed 101")
    #expect(made.volume == 5)
    #expect(made.difficulty == 7)
    #expect(made.intent == "commercial")
    #expect(made.seedKeywordID == 101)
    let wrong = await refusal {
      try await world.keywords.createKeyword(
        .init(seedKeywordID: 7, siteID: 1, sectorID: 10), world.call())
    }
    #expect(wrong?["seed_keyword_id"] == ["Invalid seed keyword"])
    let bulk = try await world.keywords.bulkAddFromSeed(
      .init(seedKeywordIDs: [101, 102], siteID: 1, sectorID: 10), world.call())
    #expect(bulk.created == 1)
    #expect(bulk.duplicate == 1)
  }

  @Test("a keyword needs a text and a place")
  func needs() async throws {
    let world = try await PlannerWorld.make()
    let textless = await refusal {
      try await world.keywords.createKeyword(.init(siteID: 1, sectorID: 10), world.call())
    }
    #expect(textless?["keyword"] == ["This field is required"])
    let misplaced = await refusal { try await world.add("a", sector: 99) }
    #expect(misplaced?["sector_id"] == ["Sector must belong to the selected site"])
  }

  @Test("the export is a file of what the filters leave")
  func export() async throws {
    let world = try await PlannerWorld.make()
    try await world.add("latte", "=cmd", "mocha")
    var text = ""
    let request = Planner.ListKeywordsRequest(ordering: "keyword", search: "c")
    for try await chunk in world.keywords.exportKeywords(request, world.call()) {
      #expect(chunk.contentType == "text/csv; charset=utf-8")
      text += String(decoding: chunk.body, as: UTF8.self)
    }
    let lines = text.split(whereSeparator: \.isNewline)
    #expect(lines.count == 3)
    #expect(lines.first == "keyword,volume,difficulty,intent,status,cluster,created_at")
    #expect(lines.contains { $0.hasPrefix("'=cmd,100,40,informational,active,,20") })
    #expect(lines.contains { $0.hasPrefix("mocha,100,") })
  }

  @Test("an export that cannot be is refused before its first line")
  func refusedExport() async throws {
    let world = try await PlannerWorld.make()
    let request = Planner.ListKeywordsRequest(ordering: "nothing")
    let chunks = world.keywords.exportKeywords(request, world.call())
    await #expect(throws: RPCError.self) {
      for try await _ in chunks { Issue.record("a line was sent") }
    }
  }

  @Test("figures count what the caller may see")
  func stats() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("latte", "mocha")
    try await world.add("theirs", account: 2)
    let cluster = try await world.addCluster("Coffee")
    _ = try await world.clusters.addKeywords(
      .init(id: cluster, keywordIDs: [ids[0]]), world.call())
    let stats = try await world.keywords.getKeywordStats(.init(), world.call())
    #expect(stats.total == 2)
    #expect(stats.clustered == 1)
    #expect(stats.unclustered == 1)
    #expect(stats.totalVolume == 200)
    #expect(stats.averageDifficulty == 40)
    #expect(stats.byStatus == [.init(value: "active", count: 2)])
    #expect(stats.byIntent == [.init(value: "informational", count: 2)])
    let none = try await world.keywords.getKeywordStats(
      .init(), world.call(sites: [SiteID(7)]))
    #expect(none == .init())
  }

  @Test("keywords join and leave a cluster of their sector only")
  func move() async throws {
    let world = try await PlannerWorld.make()
    let cluster = try await world.addCluster("Coffee")
    let ids = try await world.add("latte", "mocha")
    let other = try await world.add("tea", sector: 11)
    let joined = try await world.clusters.addKeywords(
      .init(id: cluster, keywordIDs: ids), world.call())
    #expect(joined.keywordsCount == 2)
    let left = try await world.clusters.removeKeywords(
      .init(id: cluster, keywordIDs: [ids[0]]), world.call())
    #expect(left.keywordsCount == 1)
    let misplaced = await refusal {
      try await world.clusters.addKeywords(.init(id: cluster, keywordIDs: other), world.call())
    }
    #expect(misplaced?["keyword_ids"] == ["Keywords must belong to the cluster's sector"])
    let wrong = await refusal {
      try await world.keywords.updateKeyword(
        .init(id: other[0], clusterID: cluster), world.call())
    }
    #expect(wrong?["cluster_id"] == ["Invalid cluster"])
    let foreign = await refusal {
      try await world.clusters.addKeywords(
        .init(id: cluster, keywordIDs: ids), world.call(2))
    }
    #expect(foreign?.code == .notFound)
    _ = try await world.clusters.deleteCluster(.init(id: cluster), world.call())
    #expect(try await world.items(1) == ids + other)
  }

  @Test("ideas become tasks once, also when the writer's answer is lost")
  func queue() async throws {
    let world = try await PlannerWorld.make()
    let ids = [try await world.addIdea("A"), try await world.addIdea("B")]
    world.around.state.withLock { $0.loseTaskReplies = true }
    let lost = await refusal {
      try await world.ideas.queueIdeas(.init(ids: ids), world.call())
    }
    #expect(lost?.code == .unavailable)
    #expect(try await world.items(3) == ids)
    world.around.state.withLock { $0.loseTaskReplies = false }
    let reply = try await world.ideas.queueIdeas(.init(ids: ids), world.job())
    #expect(reply.created == 0)
    #expect(reply.taskIDs == [500, 501])
    #expect(try await world.items(3) == [])
    let idea = try await world.ideas.getIdea(.init(id: ids[0]), world.call())
    #expect(idea.status == "scheduled")
    #expect(idea.taskID == 500)
    let again = try await world.ideas.queueIdeas(.init(ids: ids), world.call())
    #expect(again.created == 0)
    #expect(again.skippedIDs == ids)
    let foreign = await refusal {
      try await world.ideas.queueIdeas(.init(ids: ids), world.call(2))
    }
    #expect(foreign?.code == .notFound)
  }

  @Test("what cannot be clustered is refused before anything is queued")
  func checks() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("latte", "mocha")
    let other = try await world.add("tea", sector: 11)
    func check(_ ids: [Int64], sector: Int64? = nil) async -> RPCError? {
      await refusal {
        try await world.planning.checkClustering(.init(ids: ids, sectorID: sector), world.job())
      }
    }
    #expect(await check(ids, sector: 10) == nil)
    #expect(await check([])?["ids"] == ["This field is required"])
    #expect(await check(Array(1...51))?["ids"] != nil)
    #expect(await check(ids + other)?["ids"] == ["Keywords must belong to one sector"])
    #expect(await check(ids, sector: 11)?["sector_id"] != nil)
    #expect(await check([9_999])?.code == .notFound)
    #expect(await check(ids + [9_999])?.code == .notFound)
    let checked = try await world.planning.checkClustering(.init(ids: ids), world.job())
    #expect(checked.siteID == 1 && checked.items.map(\.sectorID) == [10, 10])
    #expect(checked.items.map(\.label) == ["latte", "mocha"])
    let cluster = try await world.addCluster("Coffee")
    _ = try await world.clusters.addKeywords(
      .init(id: cluster, keywordIDs: [ids[0]]), world.call())
    let rest = try await world.planning.checkClustering(.init(ids: ids), world.job())
    #expect(rest.items.map(\.id) == [ids[1]])
    #expect(
      await check([ids[0]])?["ids"] == ["No keyword is active and without a cluster"])
    let ideas = await refusal {
      try await world.planning.checkIdeas(.init(ids: [9_999]), world.job())
    }
    #expect(ideas?.code == .notFound)
  }

  @Test("what was planned for a deleted sector goes with it, and nothing else")
  func departure() async throws {
    let world = try await PlannerWorld.make()
    try await world.add("latte")
    let kept = try await world.add("tea", sector: 11)
    _ = try await world.addIdea("A", cluster: try await world.addCluster("Coffee"))
    let event = Event(
      id: "auth/1", kind: "sector.deleted", account: AccountID(1),
      payload: #"{"account_id": 1, "sector_id": 10}"#, createdAt: RealTime().now())
    let handler = try #require(SiteDeparture.handlers[event.kind])
    try await world.database.transaction(in: .account(event.account)) {
      try await handler(event, $0)
    }
    #expect(try await world.items(1) == kept)
    #expect(try await world.items(2) == [])
    #expect(try await world.items(3) == [])
  }

  @Test("what the writer tells of its contents and tasks shows at clusters and ideas")
  func writerNews() async throws {
    let world = try await PlannerWorld.make()
    let cluster = try await world.addCluster("Coffee")
    let idea = try await world.addIdea("A", cluster: cluster)
    _ = try await world.ideas.queueIdeas(.init(ids: [idea]), world.call())
    func tell(_ kind: String, _ payload: String) async throws {
      let event = Event(
        id: "writer/1", kind: kind, account: AccountID(1), payload: payload,
        createdAt: RealTime().now())
      let handler = try #require(WriterNews.handlers[kind])
      try await world.database.transaction(in: .account(event.account)) {
        try await handler(event, $0)
      }
    }
    func contents(_ hasContent: Bool) async throws -> [Int64] {
      try await world.clusters.listClusters(.init(hasContent: hasContent), world.call())
        .results.map(\.contentCount)
    }
    func shown() async throws -> Planner.Idea {
      try await world.ideas.getIdea(.init(id: idea), world.call())
    }
    #expect(try await contents(false) == [0])
    try await tell("content_generated", #"{"id": 7, "cluster_id": \#(cluster)}"#)
    try await tell("content_generated", #"{"id": 7, "cluster_id": \#(cluster)}"#)
    try await tell("content.created", #"{"id": 8, "cluster_id": 9999}"#)
    #expect(try await contents(true) == [1])
    #expect(try await contents(false) == [])
    try await tell("content_published", #"{"id": 7, "task_id": 500}"#)
    #expect(try await shown().status == "published")
    try await tell("content.deleted", #"{"ids": [7]}"#)
    #expect(try await contents(false) == [0])
    try await tell("task.deleted", #"{"ids": [500]}"#)
    #expect(try await shown().taskID == nil)
    #expect(try await shown().status == "published")
    #expect(try await world.items(3) == [])
  }

  @Test(
    "a tenant's rows are out of reach in the scope of another",
    arguments: ["keywords", "clusters", "content_ideas", "outbox"])
  func tenancy(table: String) async throws {
    let world = try await PlannerWorld.make()
    try await world.add("latte")
    _ = try await world.addIdea("A", cluster: try await world.addCluster("Coffee"))
    let count = Statement("test.count", "SELECT count(*) FROM \(table)")
    func rows(_ scope: Scope) async throws -> Int64 {
      try await world.database.run(count, in: scope).one().int(0)
    }
    #expect(try await rows(.account(AccountID(1))) > 0)
    #expect(try await rows(.account(AccountID(2))) == 0)
    #expect(try await rows(.none) == 0)
  }
}
