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

@Suite("Pictures made by a provider", .inTurn, .timeLimit(.minutes(10)))
struct PictureTests {
  private static let png = LocalEngine().image(
    for: ImageOrder(prompt: "p", title: "t", width: 64, height: 96))

  private func picture(_ world: IntegrationWorld) async throws -> Integration.GenerateImageReply {
    try await world.ai.generateImage(
      .init(
        assignment: IntegrationWorld.assignment, imageType: "in_article", prompt: "A cup of tea",
        altText: "Cup"), world.work())
  }

  private func run(
    _ imageModel: String, _ body: (IntegrationWorld) async throws -> Void
  ) async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider(model: nil, imageModel: imageModel)
      try await body(world)
    }
  }

  @Test("a picture in base64 is known by its bytes, and paid by the picture")
  func base64() async throws {
    try await run("dall-e-3") { world in
      world.provider.answers(.picture(Self.png))
      let image = try await picture(world)
      #expect(image.file == Self.png && image.contentType == "image/png")
      #expect(image.width == 64 && image.height == 96)
      #expect(image.usage?.costMicros == 80_000)
      let request = try #require(world.provider.requests.first)
      #expect(request.path == "/v1/images/generations")
      let body = try JSONValue(parsing: request.body)
      #expect(body["response_format"]?.string == "b64_json" && body["n"]?.int == 1)
      #expect(body["prompt"]?.string?.contains("A cup of tea") == true)
      #expect(body["prompt"]?.string?.contains("(in_article)") == true)
    }
  }

  @Test("a model that is paid by tokens is")
  func tokens() async throws {
    try await run("gpt-image-1") { world in
      world.provider.answers(.picture(Self.png, input: 100, output: 1_000))
      // 100 tokens at 5 and 1,000 at 40 dollars a million.
      #expect(try await picture(world).usage?.costMicros == 40_500)
      let body = try JSONValue(parsing: try #require(world.provider.requests.first).body)
      #expect(body["response_format"] == nil)
      #expect(
        try await world.logRows() == [
          .init(code: nil, tries: 1, input: 100, output: 1_000, cost: 40_500)
        ])
    }
  }

  private func linked(_ url: String) -> FakeProvider.Answer {
    .text(200, #"{"data":[{"url":"\#(url)"}]}"#)
  }

  @Test("a picture behind a link is fetched, and the key stays at home")
  func link() async throws {
    try await run("dall-e-2") { world in
      world.provider.answers(
        linked("http://127.0.0.1:\(world.provider.port)/files/a.png?sig=1"),
        .status(200, body: Self.png))
      #expect(try await picture(world).file == Self.png)
      let fetch = try #require(world.provider.requests.last)
      #expect(fetch.method == "GET" && fetch.path == "/files/a.png?sig=1")
      #expect(fetch.headers["authorization"].isEmpty)
    }
  }

  @Test("a link into the private network is not followed")
  func privateLink() async throws {
    try await run("dall-e-2") { world in
      world.provider.answers(linked("http://169.254.169.254/latest/meta-data"))
      let refusal = await refusal { _ = try await picture(world) }
      #expect(refusal?.details.reason == "upstream")
      let rows = try await world.logRows()
      #expect(rows.map(\.code) == ["forbidden_address"])
    }
  }

  @Test("a file that is no picture is refused, and what it cost is written down")
  func noPicture() async throws {
    try await run("dall-e-3") { world in
      world.provider.answers(.picture(Array("<svg onload=alert(1)></svg>, and so on".utf8)))
      let refusal = await refusal { _ = try await picture(world) }
      #expect(refusal?.code == .failedPrecondition && refusal?.details.reason == "upstream")
      let rows = try await world.logRows()
      #expect(
        rows == [
          .init(code: "AIResponseInvalid", tries: 1, input: 0, output: 0, cost: 80_000)
        ])
    }
  }

  @Test("a picture that no message between services could carry is refused")
  func tooLarge() async throws {
    try await run("dall-e-3") { world in
      let file = Self.png + Array(repeating: 0, count: ImageFile.maxBytes)
      world.provider.answers(.picture(file))
      let refusal = await refusal { _ = try await picture(world) }
      #expect(refusal?.details.reason == "upstream")
      let rows = try await world.logRows()
      #expect(rows.map(\.code) == ["too_large"])
    }
  }

  @Test("what is not base64 is asked for again")
  func notBase64() async throws {
    try await run("dall-e-3") { world in
      world.provider.answers(
        .text(200, #"{"data":[{"b64_json":"?"}]}"#), .text(200, #"{"data":[]}"#),
        .picture(Self.png))
      let image = try await world.passing(2) { try await picture(world) }
      #expect(image.file == Self.png)
      #expect(try await world.logRows().map(\.tries) == [3])
    }
  }

  @Test("an account with a model for pictures only writes with the built-in engine")
  func choice() async throws {
    try await run("dall-e-3") { world in
      let clusters = try await world.cluster()
      #expect(clusters.usage?.provider == "local")
      world.provider.answers(.picture(Self.png))
      #expect(try await picture(world).usage?.model == "dall-e-3")
    }
  }
}
