import IntegrationContract
import IntegrationCore
import Kernel
import Protobuf
import RPC
import TestKit
import TestTraits
import Testing

@testable import IntegrationService

@Suite("Functions done by the built-in engine", .inTurn, .timeLimit(.minutes(10)))
struct LocalEngineTests {
  private static let list = [
    "espresso machine", "best espresso machine", "espresso machine under 500", "cold brew ratio",
    "cold brew coffee ratio", "how to make cold brew", "burr grinder", "best burr grinder",
    "manual burr grinder",
  ]

  private var keywords: [Integration.KeywordInput] {
    Self.list.enumerated().map {
      Integration.KeywordInput(id: Int64($0.offset), keyword: $0.element)
    }
  }

  @Test("clusters name every keyword once, and go on with the clusters that are there")
  func cluster() async throws {
    try await IntegrationWorld.run { world in
      let request = Integration.ClusterKeywordsRequest(
        assignment: IntegrationWorld.assignment, keywords: keywords)
      let reply = try await world.ai.clusterKeywords(request, world.work())
      let placed = reply.clusters.flatMap(\.keywordIDs) + reply.outlierIDs
      #expect(placed.sorted() == keywords.map(\.id))
      #expect(reply.clusters.count > 1 && reply.clusters.allSatisfy { $0.existingID == nil })
      var more = request
      more.existing = [
        .init(id: 77, name: "Burr grinder", keywords: ["burr grinder", "best burr grinder"])
      ]
      more.keywords = [.init(id: 5, keyword: "manual burr grinder")]
      let further = try await world.ai.clusterKeywords(more, world.work())
      #expect(further.clusters.map(\.existingID) == [77])
      #expect(further.clusters.first?.keywordIDs == [5])
    }
  }

  @Test("the same input gives the same answer, in another process and for another account too")
  func deterministic() async throws {
    func answers(_ account: Int64) async throws -> [[UInt8]] {
      var answers: [[UInt8]] = []
      try await IntegrationWorld.run { world in
        let call = world.work(account: account)
        var clusters = try await world.ai.clusterKeywords(
          .init(assignment: IntegrationWorld.assignment, keywords: keywords), call)
        var ideas = try await world.ai.generateIdeas(
          .init(
            assignment: IntegrationWorld.assignment, cluster: .init(name: "Cold brew"),
            keywords: keywords), call)
        var article = try await world.ai.generateContent(
          .init(
            assignment: IntegrationWorld.assignment, title: "How to Make Cold Brew",
            keywords: Self.list, wordCountTarget: 700), call)
        var prompts = try await world.ai.generateImagePrompts(
          .init(
            assignment: IntegrationWorld.assignment, title: article.title, html: article.html),
          call)
        var image = try await world.ai.generateImage(
          .init(
            assignment: IntegrationWorld.assignment, imageType: "in_article",
            prompt: prompts.prompts[0].prompt, altText: "Cold brew"), call)
        (clusters.usage, ideas.usage, article.usage) = (nil, nil, nil)
        (prompts.usage, image.usage) = (nil, nil)
        answers = [
          clusters.encoded(), ideas.encoded(), article.encoded(), prompts.encoded(),
          image.encoded(),
        ]
      }
      return answers
    }
    let first = try await answers(1)
    #expect(try await answers(2) == first)
    #expect(Set(first).count == 5)
  }

  @Test(
    "an article has the words that were asked for, and the reply counts them honestly",
    arguments: [300, 600, 1_200, 2_500, 4_000, 5_000] as [Int64])
  func length(words: Int64) async throws {
    try await IntegrationWorld.run { world in
      let article = try await world.write(words: words)
      #expect(abs(Double(article.wordCount) / Double(words) - 1) <= 0.15)
      let text = article.html.split { $0 == "<" }
        .map { $0.split(separator: ">", maxSplits: 1).last.map(String.init) ?? "" }
      let counted = text.joined(separator: " ").split { $0.isWhitespace }.count
      #expect(abs(Double(counted) / Double(article.wordCount) - 1) < 0.05)
      #expect(article.metaTitle.count <= 60 && article.metaDescription.count <= 160)
      #expect(article.html.contains("<h2") && article.html.contains("<p"))
    }
  }

  @Test("no article is longer than what is written in one piece")
  func longest() async throws {
    try await IntegrationWorld.run { world in
      let article = try await world.write(words: 1_000_000)
      #expect((4_250...5_750).contains(article.wordCount))
    }
  }

  @Test("ideas aim at the cluster's keywords, and image prompts stand under the headings")
  func ideas() async throws {
    try await IntegrationWorld.run { world in
      let ideas = try await world.ai.generateIdeas(
        .init(
          assignment: IntegrationWorld.assignment, cluster: .init(name: "Burr grinder"),
          keywords: keywords.suffix(3)), world.work())
      #expect((1...3).contains(ideas.ideas.count))
      #expect(Set(ideas.ideas.flatMap(\.targetKeywords)) == Set(Self.list.suffix(3)))
      #expect(ideas.ideas.allSatisfy { !$0.outline.isEmpty && $0.estimatedWordCount > 0 })
      let article = try await world.write(words: 900)
      let prompts = try await world.ai.generateImagePrompts(
        .init(
          assignment: IntegrationWorld.assignment, title: article.title, html: article.html),
        world.work())
      #expect(prompts.prompts.filter { $0.imageType == "featured" }.count == 1)
      let inside = prompts.prompts.filter { $0.imageType == "in_article" }
      #expect((1...6).contains(inside.count))
      for prompt in inside {
        #expect(article.html.contains(prompt.heading) && prompt.position >= 1)
        #expect(!prompt.prompt.isEmpty && !prompt.altText.isEmpty)
      }
    }
  }

  @Test(
    "a picture is a PNG of the size that its place needs",
    arguments: [("featured", 1_200, 675), ("in_article", 800, 450)] as [(String, Int64, Int64)])
  func image(type: String, width: Int64, height: Int64) async throws {
    try await IntegrationWorld.run { world in
      let image = try await world.ai.generateImage(
        .init(
          assignment: IntegrationWorld.assignment, imageType: type, prompt: "A grinder",
          altText: "Grinder"), world.work())
      #expect(image.contentType == "image/png")
      #expect(image.width == width && image.height == height)
      #expect(ImageFile(image.file)?.width == Int(width))
    }
  }

  @Test("the work is logged as the platform's own and costs nothing")
  func logged() async throws {
    try await IntegrationWorld.run { world in
      let usage = try #require(try await world.cluster().usage)
      #expect(usage.provider == "local" && usage.model == LocalEngine.model)
      #expect(usage.costMicros == 0 && usage.logID > 0)
      #expect(
        try await world.logRows() == [.init(code: nil, tries: 0, input: 0, output: 0, cost: 0)])
      #expect(world.provider.requests.isEmpty)
    }
  }

  @Test("nothing is done without a hold, or without what the function needs")
  func refusals() async throws {
    try await IntegrationWorld.run { world in
      let given = IntegrationWorld.assignment
      let unpaid = await refusal {
        _ = try await world.ai.clusterKeywords(
          .init(assignment: .init(siteID: 10), keywords: keywords), world.work())
      }
      #expect(unpaid?["assignment.hold_id"] == ["This field is required"])
      let empty = await refusal {
        _ = try await world.ai.clusterKeywords(.init(assignment: given), world.work())
      }
      #expect(empty?["keywords"] == ["This field is required"])
      let aimless = await refusal {
        _ = try await world.ai.generateIdeas(.init(assignment: given), world.work())
      }
      #expect(aimless?["cluster"] == ["This field is required"])
      let untitled = await refusal {
        _ = try await world.ai.generateContent(.init(assignment: given), world.work())
      }
      #expect(untitled?["title"] == ["This field is required"])
      let blank = await refusal {
        _ = try await world.ai.generateImage(.init(assignment: given), world.work())
      }
      #expect(blank?["prompt"] == ["This field is required"])
      let person = await refusal { _ = try await world.cluster(world.person()) }
      #expect(person?.code == .permissionDenied)
      let rows = try await world.logRows()
      #expect(rows.isEmpty)
    }
  }
}
