import IntegrationContract
import IntegrationCore
import JSON
import Kernel
import NIOHTTP1
import RPC
import TestKit
import TestTraits
import Testing

@testable import IntegrationService

@Suite("Functions done by a provider's model", .inTurn, .timeLimit(.minutes(10)))
struct ModelTests {
  @Test("keywords are clustered; the log has one try with its tokens and what they cost")
  func cluster() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(.completion(ModelAnswers.clusters))
      let reply = try await world.cluster()
      #expect(reply.clusters.map(\.name) == ["Green tea"])
      #expect(reply.clusters.first?.keywordIDs == [1, 2])
      #expect(reply.outlierIDs == [3])
      let usage = try #require(reply.usage)
      #expect(usage.provider == "openai_compatible" && usage.model == "gpt-4o-mini")
      #expect(usage.tokensInput == 1_000 && usage.tokensOutput == 500)
      // 1,000 tokens at 0.15 and 500 at 0.60 dollars a million.
      #expect(usage.costMicros == 450)
      #expect(
        try await world.logRows() == [
          .init(code: nil, tries: 1, input: 1_000, output: 500, cost: 450)
        ])
      let kept = try await world.number(
        """
        SELECT count(*) FROM ai_task_logs WHERE id = \(usage.logID) AND hold_id = 7
          AND task_id = 'job-1' AND site_id = 10 AND sector_id = 20 AND succeeded
          AND function = 'auto_cluster' AND provider = 'openai_compatible'
        """)
      #expect(kept == 1)
    }
  }

  @Test("the request has the key, the model, the data as data and a strict schema")
  func request() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(.completion(ModelAnswers.clusters))
      _ = try await world.cluster()
      let request = try #require(world.provider.requests.first)
      #expect(request.method == "POST" && request.path == "/v1/chat/completions")
      #expect(request.headers["authorization"] == ["Bearer \(IntegrationWorld.key)"])
      let body = try JSONValue(parsing: request.body)
      #expect(body["model"]?.string == "gpt-4o-mini")
      #expect(body["messages"]?.array?.compactMap { $0["role"]?.string } == ["system", "user"])
      let asked = body["messages"]?.array?.last?["content"]?.string ?? ""
      #expect(asked.contains("<data name=\"igny8_keywords\">") && asked.contains("matcha"))
      let format = body["response_format"]
      #expect(format?["type"]?.string == "json_schema")
      #expect(format?["json_schema"]?["strict"] == .bool(true))
      let schema = format?["json_schema"]?["schema"]
      #expect(schema?["additionalProperties"] == .bool(false))
      #expect(schema?["required"]?.strings == ["clusters", "assignments", "outliers"])
    }
  }

  @Test("ideas, an article without its scripts, and image prompts come out checked")
  func others() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(
        .completion(ModelAnswers.ideas), .completion(ModelAnswers.article),
        .completion(ModelAnswers.imagePrompts))
      let ideas = try await world.ai.generateIdeas(
        .init(
          assignment: IntegrationWorld.assignment, cluster: .init(name: "Tea"),
          keywords: IntegrationWorld.keywords), world.work())
      #expect(ideas.ideas.first?.title == "Green Tea for Beginners")
      #expect(ideas.ideas.first?.outline.first?.subheadings == ["Sencha"])
      let article = try await world.write()
      #expect(article.html == "<h2>Leaves</h2><p>Green tea comes from leaves.</p>")
      #expect(article.wordCount == 6 && article.slug == "green-tea")
      #expect(article.metaTitle.count <= 60)
      let prompts = try await world.ai.generateImagePrompts(
        .init(
          assignment: IntegrationWorld.assignment, title: "Green Tea", html: article.html),
        world.work())
      #expect(prompts.prompts.map(\.imageType) == ["featured", "in_article"])
      #expect(prompts.prompts.last?.position == 1)
      #expect(try await world.logRows().allSatisfy { $0.code == nil && $0.tries == 1 })
    }
  }

  @Test("an answer that is cut off inside its text is mended")
  func mended() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      let cut = #"{"clusters":[],"assignments":[],"outliers":["green tea","mat"#
      world.provider.answers(.completion(cut, finish: "length"))
      let reply = try await world.cluster()
      #expect(reply.clusters.isEmpty && reply.outlierIDs == [1, 2, 3])
      #expect(world.provider.requests.count == 1)
      #expect(
        try await world.logRows() == [
          .init(code: nil, tries: 1, input: 1_000, output: 500, cost: 450, isRepaired: true)
        ])
    }
  }

  @Test(
    "an answer that cannot be used is asked for once more with the complaint",
    arguments: [
      (#"{"clusters":[{"name":"Gre"#, "length", "$.outliers is missing"),
      (#"{"clusters":[],"assignments":[],"outliers":"none"}"#, "stop", "must be array"),
      (#"{"clusters":[],"assignments":[],"outliers":[],"note":1}"#, "stop", "is not expected"),
      ("I cannot think of any.", "stop", "not JSON"),
      ("", "stop", "not JSON"),
    ])
  func askedAgain(answer: String, finish: String, complaint: String) async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(
        .completion(answer, finish: finish), .completion(ModelAnswers.clusters, input: 1_400))
      #expect(try await world.cluster().clusters.count == 1)
      let second = try JSONValue(parsing: try #require(world.provider.requests.last).body)
      let turns = second["messages"]?.array ?? []
      #expect(turns.compactMap { $0["role"]?.string } == ["system", "user", "assistant", "user"])
      let told = turns.last?["content"]?.string ?? ""
      #expect(told.contains(complaint))
      #expect(told.contains("cut off") == (finish == "length"))
      let rows = try await world.logRows()
      #expect(rows.map(\.tries) == [2] && rows.first?.isAskedAgain == true)
      #expect(rows.first?.input == 2_400 && rows.first?.output == 1_000)
      #expect(rows.first?.cost == 960)
    }
  }

  @Test(
    "an answer that is wrong twice is an upstream failure, and what it used is written down",
    arguments: [#"{"clusters":"none"}"#, #"{"clusters":[{"name":"#, "[[[[[[[[["])
  func wrongTwice(answer: String) async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(.completion(answer))
      let refusal = await refusal { _ = try await world.cluster() }
      #expect(refusal?.code == .failedPrecondition)
      #expect(refusal?.details.reason == "upstream")
      #expect(refusal?.message.hasPrefix("AIResponseInvalid") == true)
      #expect(world.provider.requests.count == 2)
      #expect(
        try await world.logRows() == [
          .init(
            code: "AIResponseInvalid", tries: 2, input: 2_000, output: 1_000, cost: 900,
            isAskedAgain: true)
        ])
    }
  }

  @Test("an article without visible words is asked for once more")
  func emptyArticle() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(
        .completion(ModelAnswers.article(html: "<script>x</script><p> </p>")),
        .completion(ModelAnswers.article))
      #expect(try await world.write().wordCount == 6)
      #expect(try await world.logRows().map(\.isAskedAgain) == [true])
    }
  }

  @Test("a model that declines is not asked again, and its tokens count")
  func declined() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(.completion("", finish: "content_filter"))
      let refusal = await refusal { _ = try await world.cluster() }
      #expect(refusal?.details.reason == "upstream")
      #expect(
        try await world.logRows() == [
          .init(code: "AIResponseInvalid", tries: 1, input: 1_000, output: 500, cost: 450)
        ])
    }
  }

  @Test("counts of tokens that cannot be do no harm")
  func hostileCounts() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(
        .completion("no", input: .max, output: .max),
        .completion(ModelAnswers.clusters, input: -5, output: .max))
      let usage = try #require(try await world.cluster().usage)
      #expect(usage.tokensInput == 1_000_000_000 && usage.tokensOutput == 2_000_000_000)
      #expect(usage.costMicros == 1_350_000_000)
    }
  }
}
