import BillingContract
import CommonContract
import Events
import IntegrationContract
import JSON
import Kernel
import Metering
import PlannerContract
import RPC
import RPCTestKit
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import PlannerService

@Suite("Clustering and ideas, paid with credits", .inTurn, .timeLimit(.minutes(10)))
struct PaidWorkTests {
  @Test("a batch becomes clusters; the last item says what came of it")
  func clusters() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("espresso", "latte", "hat")
    world.around.state.withLock {
      $0.clusters = [
        Integration.ClusterOutput(
          name: "Coffee", description: "Drinks", terms: ["coffee"],
          keywordIDs: [ids[0], ids[1], 9_999])
      ]
    }
    let items = try await world.cluster(ids, key: "job/1")
    #expect(items.map(\.phase) == ["PREP", "AI_CALL", "PARSE", "SAVE", "DONE"])
    let last = try #require(items.last)
    #expect(last.creditsUsed == 10)
    let result = try JSONValue(parsing: try #require(last.result))
    #expect(result["clusters_created"]?.int == 1)
    #expect(result["keywords_clustered"]?.int == 2)
    #expect(result["outliers"]?.int == 1)
    #expect(result["outlier_ids"]?.array == [.int(ids[2])])
    let cluster = try await world.clusters.listClusters(.init(), world.call()).results.first
    #expect(cluster?.name == "Coffee")
    #expect(cluster?.keywordsCount == 2)
    #expect(cluster?.volume == 200)
    #expect(cluster?.difficulty == 40)
    #expect(cluster?.terms == ["coffee"])
  }

  @Test("the same key again answers the same and asks nobody")
  func repeated() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("espresso")
    world.around.state.withLock {
      $0.clusters = [Integration.ClusterOutput(name: "Coffee", keywordIDs: ids)]
    }
    let first = try await world.cluster(ids, key: "job/1")
    let second = try await world.cluster(ids, key: "job/1")
    #expect(second == [first.last])
    #expect(world.around.state.withLock { $0.aiCalls } == 1)
    #expect(try await world.number("SELECT count(*) FROM clusters") == 1)
    #expect(
      try await world.number("SELECT count(*) FROM outbox WHERE kind = 'billing.capture'") == 1)
  }

  @Test("work that is cancelled while its hold is being placed gives the hold back")
  func cancelledHold() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("espresso")
    let state = { @Sendable in world.around.state.withLock { $0.holds.values.first?.state } }
    world.around.state.withLock { $0.delaysHolds = true }
    let work = Task { try await world.cluster(ids, key: "job/1") }
    while state() == nil { try await RealTime().sleep(for: .milliseconds(2)) }
    work.cancel()
    _ = await work.result
    try await RealTime().sleep(for: .milliseconds(20))
    world.around.state.withLock { $0.delaysHolds = false }
    while state() == "open" { try await RealTime().sleep(for: .milliseconds(2)) }
    #expect(state() == "released")
    #expect(world.around.state.withLock { $0.aiCalls } == 0)
  }

  @Test("a run that is given up takes the hold from nobody who does the same work meanwhile")
  func sharedHold() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("espresso")
    world.around.state.withLock {
      $0.clusters = [Integration.ClusterOutput(name: "Coffee", keywordIDs: ids)]
      $0.delaysAI = true
    }
    func untilAsked(_ times: Int) async throws {
      while world.around.state.withLock({ $0.aiCalls }) < times {
        try await RealTime().sleep(for: .milliseconds(2))
      }
    }
    let first = Task { try await world.cluster(ids, key: "job/1") }
    try await untilAsked(1)
    let second = Task { try await world.cluster(ids, key: "job/1") }
    try await untilAsked(2)
    first.cancel()
    while world.around.state.withLock({ $0.holds["job/1"]?.state }) == "open" {
      try await RealTime().sleep(for: .milliseconds(2))
    }
    world.around.state.withLock { $0.delaysAI = false }
    #expect(try await second.value.last?.phase == "DONE")
    _ = await first.result
    let hold = world.around.state.withLock { $0.holds["job/1#2"] }
    #expect(hold?.state == "open")
    let charged = "SELECT (payload->>'hold_id')::bigint FROM outbox WHERE kind = 'billing.capture'"
    #expect(try await world.number(charged) == hold?.id)
    #expect(try await world.number("SELECT count(*) FROM clusters") == 1)
  }

  @Test("the charge reaches billing with the hold, the usage and the object")
  func capture() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("espresso")
    world.around.state.withLock {
      $0.clusters = [Integration.ClusterOutput(name: "Coffee", keywordIDs: ids)]
    }
    try await world.cluster(ids, key: "job/1")
    let relay = OutboxRelay(
      database: world.database, redis: nil,
      handlers: Metering.handlers(billing: world.around.neighbours.billing, time: RealTime()),
      time: RealTime(), chance: SeededChance(seed: 1), log: quietLog)
    let running = Task { await relay.run() }
    while world.around.state.withLock({ $0.captures.isEmpty }) {
      try await RealTime().sleep(for: .milliseconds(5))
    }
    running.cancel()
    await running.value
    let capture = try #require(world.around.state.withLock { $0.captures.first })
    #expect(capture.holdID == 1)
    #expect(capture.actualAmount == 1)
    #expect(capture.usage?.model == "local/draft")
    #expect(capture.usage?.tokensInput == 12)
    #expect(capture.usage?.tokensOutput == 34)
    #expect(capture.usage?.costUsd == 0.25)
    #expect(capture.usage?.relatedObjectType == "cluster")
    #expect(world.around.state.withLock { $0.holds["job/1"]?.state } == "captured")
  }

  @Test("what fails is released and leaves nothing; the next try takes another hold")
  func failure() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("espresso")
    world.around.state.withLock {
      $0.clusters = [Integration.ClusterOutput(name: "Coffee", keywordIDs: ids)]
      $0.aiFailure = RPCError(.unavailable, "No provider")
    }
    let failure = await refusal { try await world.cluster(ids, key: "job/1") }
    #expect(failure?.code == .unavailable)
    #expect(world.around.state.withLock { $0.holds["job/1"]?.state } == "released")
    #expect(
      try await world.number("SELECT count(*) FROM outbox WHERE kind = 'billing.capture'") == 0)
    world.around.state.withLock { $0.aiFailure = nil }
    #expect(try await world.cluster(ids, key: "job/1").last?.phase == "DONE")
    #expect(world.around.state.withLock { $0.holds["job/1#2"]?.state } == "open")
  }

  @Test("without credits the AI function is not asked")
  func poor() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("espresso")
    world.around.state.withLock { $0.credits = 3 }
    let failure = await refusal { try await world.cluster(ids, key: "job/1") }
    #expect(failure?.details.reason == "insufficient_credits")
    #expect(failure?.details.required == 10)
    #expect(failure?.details.available == 3)
    #expect(world.around.state.withLock { $0.aiCalls } == 0)
  }

  @Test("keywords that have clusters already cost nothing")
  func nothing() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("espresso")
    let cluster = try await world.addCluster("Coffee")
    _ = try await world.clusters.addKeywords(
      Planner.ClusterKeywordsRequest(id: cluster, keywordIDs: ids), world.call())
    let last = try #require(try await world.cluster(ids, key: "job/1").last)
    #expect(last.phase == "DONE")
    #expect(last.creditsUsed == 0)
    #expect(world.around.state.withLock { $0.holds.isEmpty })
  }

  @Test("the next batch sees the clusters so far and extends them")
  func extends() async throws {
    let world = try await PlannerWorld.make()
    let cluster = try await world.addCluster("Coffee")
    let ids = try await world.add("espresso", "latte")
    world.around.state.withLock {
      $0.clusters = [
        Integration.ClusterOutput(existingID: cluster, terms: ["bean"], keywordIDs: [ids[0]]),
        Integration.ClusterOutput(name: "COFFEE", keywordIDs: [ids[1]]),
      ]
    }
    try await world.cluster(ids, key: "job/1")
    #expect(world.around.state.withLock { $0.shown.map(\.name) } == ["Coffee"])
    let found = try await world.clusters.getCluster(Common.IdRequest(id: cluster), world.call())
    #expect(found.keywordsCount == 2)
    #expect(found.terms == ["bean"])
    #expect(try await world.number("SELECT count(*) FROM clusters") == 1)
  }

  @Test("what no cluster was found for is not offered again, and is an outlier to see")
  func outliers() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("espresso", "latte", "hat")
    world.around.state.withLock {
      $0.clusters = [Integration.ClusterOutput(name: "Coffee", keywordIDs: [ids[0], ids[1]])]
    }
    #expect(try await world.items(1) == ids)
    try await world.cluster(ids, key: "job/1")
    #expect(try await world.items(1) == [])
    let found = try await world.keywords.listKeywords(.init(outlier: true), world.call())
    #expect(found.results.map(\.id) == [ids[2]])
    #expect(found.results.first?.outlierAt != nil)
    let others = try await world.keywords.listKeywords(.init(outlier: false), world.call())
    #expect(others.count == 2 && others.results.allSatisfy { $0.outlierAt == nil })
    let stats = try await world.keywords.getKeywordStats(.init(), world.call())
    #expect(stats.unclustered == 1 && stats.outliers == 1)
    let check = await refusal {
      try await world.planning.checkClustering(.init(ids: [ids[2]]), world.job())
    }
    #expect(check == nil)
  }

  @Test("an outlier joins the keywords that come later, without being paid for again")
  func outliersJoin() async throws {
    let world = try await PlannerWorld.make()
    let old = try await world.add("hat", "scarf")
    try await world.cluster(old, key: "job/1")
    let new = try await world.add("straw hat")
    #expect(try await world.items(1) == new)
    world.around.state.withLock {
      $0.clusters = [Integration.ClusterOutput(name: "Hats", keywordIDs: [old[0], new[0]])]
    }
    try await world.cluster(new, withOutliers: true, key: "job/2")
    #expect(world.around.state.withLock { $0.asked } == new + old)
    let found = try await world.keywords.listKeywords(
      .init(ordering: "id", outlier: false), world.call())
    #expect(found.results.map(\.id) == [old[0], new[0]])
    #expect(found.results.allSatisfy { $0.clusterName == "Hats" && $0.outlierAt == nil })
    #expect(try await world.items(1) == [])
  }

  @Test("who asks for certain keywords gets nothing done to others")
  func outliersStay() async throws {
    let world = try await PlannerWorld.make()
    let old = try await world.add("hat")
    try await world.cluster(old, key: "job/1")
    let new = try await world.add("straw hat")
    world.around.state.withLock {
      $0.clusters = [Integration.ClusterOutput(name: "Hats", keywordIDs: old + new)]
    }
    try await world.cluster(new, key: "job/2")
    #expect(world.around.state.withLock { $0.asked } == new)
    #expect(
      try await world.keywords.listKeywords(.init(outlier: true), world.call()).results.map(\.id)
        == old)
  }

  @Test("an outlier that is written anew, or that left a cluster, is offered again")
  func outliersChange() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("hat", "scarf", "glove")
    try await world.cluster(ids, key: "job/1")
    _ = try await world.keywords.updateKeyword(
      .init(id: ids[0], keyword: "straw hat"), world.call())
    _ = try await world.keywords.updateKeyword(.init(id: ids[1], volume: 5), world.call())
    #expect(try await world.items(1) == [ids[0]])
    let cluster = try await world.addCluster("Clothes")
    _ = try await world.clusters.addKeywords(
      .init(id: cluster, keywordIDs: [ids[1]]), world.call())
    _ = try await world.keywords.updateKeyword(
      .init(id: ids[2], clusterID: cluster), world.call())
    _ = try await world.clusters.deleteCluster(.init(id: cluster), world.call())
    #expect(try await world.items(1) == ids)
  }

  @Test("a paid function without a key is refused")
  func keyless() async throws {
    let world = try await PlannerWorld.make()
    let ids = try await world.add("espresso")
    let failure = await refusal {
      for try await _ in world.planning.clusterBatch(.init(ids: ids), world.job()) {}
    }
    #expect(failure?.details.reason == "no_key")
  }

  @Test("a cluster gets its ideas")
  func ideas() async throws {
    let world = try await PlannerWorld.make()
    let cluster = try await world.filledCluster("Coffee")
    #expect(try await world.items(2) == [cluster])
    world.around.state.withLock {
      $0.ideas = [
        Integration.IdeaOutput(
          title: "How to brew", contentType: "post", contentStructure: "guide",
          outline: [.init(heading: "Beans", brief: "Which", subheadings: ["Arabica"])],
          targetKeywords: ["espresso"], estimatedWordCount: 50_000),
        Integration.IdeaOutput(title: "  "),
      ]
    }
    let last = try #require(try await world.generateIdeas(cluster, key: "job/2").last)
    #expect(try JSONValue(parsing: try #require(last.result))["ideas_created"]?.int == 1)
    let idea = try #require(
      try await world.ideas.listIdeas(.init(clusterID: cluster), world.call()).results.first)
    #expect(idea.title == "How to brew")
    #expect(idea.status == "new")
    #expect(idea.clusterName == "Coffee")
    #expect(idea.estimatedWordCount == 10_000)
    let section = try JSONValue(parsing: idea.outline).array?.first
    #expect(section?["heading"]?.string == "Beans")
    #expect(section?["subheadings"]?.array == ["Arabica"])
    #expect(try await world.items(2) == [])
    #expect(try await world.items(3) == [idea.id])
  }

  @Test("no ideas is a failure that costs nothing")
  func noIdeas() async throws {
    let world = try await PlannerWorld.make()
    let cluster = try await world.filledCluster("Coffee")
    let failure = await refusal { try await world.generateIdeas(cluster, key: "job/2") }
    #expect(failure?.details.reason == "upstream")
    #expect(world.around.state.withLock { $0.holds["job/2"]?.state } == "released")
    let missing = await refusal { try await world.generateIdeas(9_999, key: "job/3") }
    #expect(missing?.code == .notFound)
  }

  @Test("the same ideas again are refused and cost nothing; new ones are added")
  func ideasAgain() async throws {
    let world = try await PlannerWorld.make()
    let cluster = try await world.filledCluster("Coffee")
    world.around.state.withLock { $0.ideas = [Integration.IdeaOutput(title: "How to brew")] }
    _ = try await world.generateIdeas(cluster, key: "job/1")
    let again = await refusal { try await world.generateIdeas(cluster, key: "job/2") }
    #expect(again?.details.reason == "no_new_ideas")
    #expect(world.around.state.withLock { $0.holds["job/2"]?.state } == "released")
    world.around.state.withLock {
      $0.ideas = ["HOW to Brew", "Which beans", "which BEANS"].map { .init(title: $0) }
    }
    _ = try await world.generateIdeas(cluster, key: "job/3")
    let list = try await world.ideas.listIdeas(.init(ordering: "title"), world.call())
    #expect(list.results.map(\.title) == ["How to brew", "Which beans"])
  }

  @Test("a cluster without keywords has no ideas to pay for")
  func emptyCluster() async throws {
    let world = try await PlannerWorld.make()
    let cluster = try await world.addCluster("Coffee")
    #expect(try await world.items(2) == [])
    let check = await refusal {
      try await world.planning.checkIdeas(.init(ids: [cluster]), world.job())
    }
    #expect(check?["ids"] == ["“Coffee” (\(cluster)) has no active keywords"])
    let failure = await refusal { try await world.generateIdeas(cluster, key: "job/1") }
    #expect(failure?.code == .failedPrecondition)
    #expect(world.around.state.withLock { $0.holds.isEmpty })
  }
}
