import CommonContract
import PlannerContract
import Protobuf
import Testing

@Suite("bytes that are no message")
struct MalformedInputTests {
  private static let keyword = Planner.Keyword(
    id: 99, keyword: "pour over", status: "active", clusterID: 4, clusterName: "Brewing")

  @Test("a truncated message is refused unless it ends between two fields")
  func truncated() throws {
    let whole = Self.keyword.encoded()
    var refused = 0
    for length in 0..<whole.count {
      do {
        _ = try Planner.Keyword(decoding: Array(whole.prefix(length)))
      } catch let error as ProtobufError {
        #expect(error == .malformed(message: "igny8.planner.v1.Keyword"))
        refused += 1
      }
    }
    // Five fields: six places where a shorter message ends whole, the last being the end itself.
    #expect(refused == whole.count - 5)
  }

  @Test("a wrong wire type, a group and an endless varint are refused")
  func wrongTypes() {
    let cases: [[UInt8]] = [
      [0x0b, 0x0c],
      Array(repeating: 0x80, count: 12),
      [0x08] + Array(repeating: 0xff, count: 11),
      [0x2a, 0xff, 0xff, 0xff, 0xff, 0x0f],
      [0x00, 0x01],
    ]
    for bytes in cases {
      #expect(throws: ProtobufError.malformed(message: "igny8.planner.v1.Keyword")) {
        try Planner.Keyword(decoding: bytes)
      }
    }
  }

  @Test("fields of a later version are passed over")
  func unknownFields() throws {
    var bytes = Self.keyword.encoded()
    bytes += [0xf8, 0x06, 0x2a]  // field 111, a varint
    bytes += [0xfa, 0x06, 0x03, 0x61, 0x62, 0x63]  // field 111, three bytes
    #expect(try Planner.Keyword(decoding: bytes) == Self.keyword)
    let count = try bytes.withUnsafeBytes { bytes in
      try DecodedMessage(Planner.Keyword.descriptor, bytes).withReader { $0.unknownFieldCount }
    }
    #expect(count == 2)
  }

  @Test("of a field that comes twice the later value counts")
  func repeatedSingular() throws {
    let bytes =
      Planner.Keyword(keyword: "first").encoded() + Planner.Keyword(keyword: "second").encoded()
    #expect(try Planner.Keyword(decoding: bytes).keyword == "second")
  }

  @Test("a text that is no UTF-8 is refused by the field's name")
  func notUTF8() {
    let bytes: [UInt8] = [0x2a, 0x02, 0xc3, 0x28]
    #expect(throws: ProtobufError.notUTF8(field: "keyword")) {
      try Planner.Keyword(decoding: bytes)
    }
    let terms: [UInt8] = [0x62, 0x01, 0xff]
    #expect(throws: ProtobufError.notUTF8(field: "terms")) {
      try Planner.Cluster(decoding: terms)
    }
  }

  @Test("more bytes than a message may have are refused before they are read")
  func tooLong() {
    let bytes = [UInt8](repeating: 0, count: MessageLimits.maxMessageBytes + 1)
    #expect(throws: ProtobufError.tooLarge(limit: MessageLimits.maxMessageBytes)) {
      try Planner.Keyword(decoding: bytes)
    }
  }

  @Test("a message that would unpack to far more memory than its bytes is refused")
  func amplification() {
    let pairs = MessageLimits.maxMessageBytes / 2
    let bytes = [UInt8](unsafeUninitializedCapacity: pairs * 2) { memory, count in
      for place in 0..<pairs {
        memory[place * 2] = 0x22
        memory[place * 2 + 1] = 0
      }
      count = pairs * 2
    }
    #expect(throws: ProtobufError.tooLarge(limit: MessageLimits.maxDecodedBytes)) {
      try Planner.ImportKeywordsReply(decoding: bytes)
    }
  }

  @Test("damaged messages end in an error or in a message, never in a crash")
  func damage() throws {
    let reply = Planner.ListKeywordsReply(
      count: 3, results: [Self.keyword, Planner.Keyword(id: 1), Self.keyword], nextCursor: "abc")
    let whole = reply.encoded()
    var random = SplitMix(state: 0x1919_0419)
    var (read, refused) = (0, 0)
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0...random.number(below: 4) {
        let place = random.number(below: bytes.count)
        switch random.number(below: 3) {
        case 0: bytes[place] = UInt8(random.number(below: 256))
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(random.number(below: 256)), at: place)
        }
      }
      do {
        let message = try Planner.ListKeywordsReply(decoding: bytes)
        #expect(try Planner.ListKeywordsReply(decoding: message.encoded()) == message)
        read += 1
      } catch is ProtobufError {
        refused += 1
      }
    }
    #expect(read > 100 && refused > 100)
  }
}

/// splitmix64 (Vigna), so that a run repeats.
private struct SplitMix {
  var state: UInt64

  mutating func number(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
