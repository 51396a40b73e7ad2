import CommonContract
import Kernel
import Messages
import PlannerContract
import Protobuf
import Testing

@Suite("a message's way to the wire and back")
struct RoundTripTests {
  private func there<Message: ContractMessage>(_ message: Message) throws -> Message {
    try Message(decoding: message.encoded())
  }

  @Test("every value of a full message arrives")
  func full() throws {
    let keyword = Planner.Keyword(
      id: .max, accountID: .min, siteID: -1, sectorID: 3, keyword: "Käse 🧀", volume: 1_000_000,
      difficulty: 55, intent: "commercial", status: "active", seedKeywordID: 0, clusterID: 8,
      clusterName: "", createdAt: Instant(microseconds: 1_700_000_000_123_456),
      updatedAt: Instant(microseconds: -1))
    #expect(try there(keyword) == keyword)
  }

  @Test("absence and an explicit zero are told apart")
  func presence() throws {
    let absent = Planner.ListKeywordsRequest()
    let zero = Planner.ListKeywordsRequest(
      page: 0, ordering: "", siteID: 0, clustered: false)
    #expect(absent.encoded().isEmpty)
    #expect(try there(absent) == absent)
    #expect(try there(zero) == zero)
    #expect(zero != absent)
  }

  @Test("a field at its default takes no byte and reads as its default")
  func defaults() throws {
    #expect(Planner.Keyword(id: 0, keyword: "", status: "").encoded().isEmpty)
    let read = try Planner.Keyword(decoding: [])
    #expect(read == Planner.Keyword())
    #expect(read.createdAt == Instant(microseconds: 0))
  }

  @Test("nested and repeated values keep their order")
  func nested() throws {
    let rows = (1...37).map { Planner.RejectedRow(line: Int64($0), reason: "reason \($0)") }
    let reply = Planner.ImportKeywordsReply(created: 1, errors: rows)
    #expect(try there(reply) == reply)
    let ids = Common.IdsRequest(ids: (0..<1000).map { $0 * $0 - 500 })
    #expect(try there(ids) == ids)
    let cluster = Planner.Cluster(
      id: 1, terms: ["", "a", "ü", String(repeating: "x", count: 70_000)])
    #expect(try there(cluster) == cluster)
  }

  @Test(
    "lists of every length around their growth arrive", arguments: [0, 1, 3, 4, 5, 8, 9, 16, 17])
  func listLengths(_ count: Int) throws {
    let reply = Common.BulkReply(count: 1, ids: (0..<count).map { Int64($0) })
    #expect(try there(reply) == reply)
    let draft = MessageDraft(Common.BulkReply.descriptor)
    draft.withBuilder { builder in
      builder.addInt64s(1, Array(reply.ids.prefix(count / 2)))
      for id in reply.ids.dropFirst(count / 2) { builder.addInt64(1, id) }
    }
    #expect(try Common.BulkReply(decoding: draft.encoded()).ids == reply.ids)
  }

  @Test("bytes arrive as they are, also the ones that texts cannot hold")
  func bytes() throws {
    let body = Common.RawBody(contentType: "image/png", body: (0...255).map { UInt8($0) })
    #expect(try there(body) == body)
    let empty = Planner.ImportKeywordsRequest(csv: [])
    #expect(try there(empty).csv == [])
    #expect(try there(Planner.ImportKeywordsRequest()).csv == nil)
  }

  @Test("numbers with a fraction arrive exactly")
  func fractions() throws {
    for value in [0.1, -1e300, .pi, .infinity, -0.0] {
      let stats = Planner.KeywordStats(averageDifficulty: value)
      #expect(try there(stats) == stats)
    }
  }

  @Test("a NUL is left out of a text, nothing after it is lost")
  func nul() throws {
    #expect(try there(Planner.Keyword(keyword: "ab\0cd\0")).keyword == "abcd")
  }

  @Test("a NUL is found wherever it stands in a long text", arguments: [0, 63, 64, 100, 128, 140])
  func nulInside(place: Int) throws {
    let text = String((0..<141).map { Character(UnicodeScalar(UInt8(33 + $0 % 90))) })
    let start = text.index(text.startIndex, offsetBy: place)
    let (before, after) = (text[..<start], text[text.index(after: start)...])
    let broken = before + "\0" + after
    let whole = before + after
    #expect(try there(Planner.Keyword(keyword: String(broken))).keyword == String(whole))
    #expect(try there(Planner.Keyword(keyword: text)).keyword == text)
  }

  @Test("the wire is protobuf's own: the example of its documentation")
  func wire() throws {
    // protobuf.dev/programming-guides/encoding: field 1 = 150 is 08 96 01; field 5 = "testing" is
    // 2a 07 74 65 73 74 69 6e 67.
    #expect(Common.IdRequest(id: 150).encoded() == [0x08, 0x96, 0x01])
    let text: [UInt8] = [0x2a, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]
    #expect(Planner.Keyword(keyword: "testing").encoded() == text)
  }

  @Test("packing in two steps writes what encoding at once writes")
  func twoSteps() throws {
    let keyword = Planner.Keyword(id: 77, keyword: "espresso", clusterID: 5)
    let draft = keyword.draft()
    var memory = [UInt8](repeating: 0xff, count: draft.packedSize + 1)
    let written = memory.withUnsafeMutableBytes { draft.pack(into: $0) }
    #expect(written == draft.packedSize)
    #expect(Array(memory.prefix(written)) == keyword.encoded())
    #expect(memory.last == 0xff)
  }
}
