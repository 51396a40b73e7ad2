import CommonContract
import Messages
import PlannerContract
import Protobuf
import Testing

@Suite("messages reached by their descriptor alone")
struct DescriptorTests {
  private let keyword = Planner.Keyword.descriptor

  @Test("a descriptor tells names, kinds and presence")
  func description() throws {
    #expect(keyword.fullName == "igny8.planner.v1.Keyword")
    #expect(keyword.name == "Keyword")
    #expect(keyword.fields.map(\.number) == Array(1...15))
    let cluster = try #require(keyword.field(named: "cluster_id"))
    #expect(cluster.index == 10)
    #expect(cluster.kind == .int64)
    #expect(cluster.hasPresence)
    let text = try #require(keyword.field(named: "keyword"))
    #expect(!text.hasPresence)
    let results = try #require(Planner.ListKeywordsReply.descriptor.field(named: "results"))
    #expect(results.isRepeated && !results.hasPresence)
    #expect(results.message == keyword)
  }

  @Test("every field is found by its name and nothing else is")
  func names() {
    for field in keyword.fields {
      #expect(keyword.field(named: field.name)?.index == field.index)
    }
    for name in ["", "i", "idd", "Id", "cluster", "cluster_id_", "zzz", "id\0"] {
      #expect(keyword.field(named: name) == nil)
    }
  }

  @Test("a builder's message reads back through a reader before it is packed")
  func buildAndRead() throws {
    let draft = MessageDraft(keyword)
    draft.withBuilder { builder in
      builder.setInt64(0, 7)
      builder.setString(4, "latte")
      builder.setInt64(10, 0)
      let reader = builder.reader
      #expect(reader.has(0) && reader.has(4) && reader.has(10))
      #expect(!reader.has(1) && !reader.has(9) && !reader.has(11))
      #expect(reader.int64(0) == 7)
      #expect(reader.utf8(4).map { String(decoding: $0, as: UTF8.self) } == "latte")
    }
    #expect(
      try Planner.Keyword(decoding: draft.encoded())
        == Planner.Keyword(id: 7, keyword: "latte", clusterID: 0))
  }

  @Test("a cleared field is absent again")
  func clear() throws {
    let draft = MessageDraft(
      Planner.Keyword(id: 7, keyword: "latte", clusterID: 3, clusterName: "x"))
    draft.withBuilder { builder in
      for index in [0, 4, 10, 11] { builder.clear(index) }
    }
    #expect(draft.packedSize == 0)
    let list = MessageDraft(Planner.Cluster(terms: ["a", "b"]))
    list.withBuilder { builder in
      builder.clear(11)
      builder.addString(11, "c")
    }
    #expect(try Planner.Cluster(decoding: list.encoded()).terms == ["c"])
  }

  @Test("nested messages are begun once and added as often as asked")
  func nested() throws {
    let descriptor = Planner.ListKeywordsReply.descriptor
    let draft = MessageDraft(descriptor)
    draft.withBuilder { builder in
      for id in 0..<9 { builder.addNested(1).setInt64(0, Int64(id)) }
      #expect(builder.reader.count(1) == 9)
      #expect(builder.reader.nested(1, at: 8).int64(0) == 8)
    }
    let reply = try Planner.ListKeywordsReply(decoding: draft.encoded())
    #expect(reply.results.map(\.id) == Array(0..<9))
  }

  @Test("the unsigned, packed and boolean kinds of the RPC's own header arrive")
  func otherKinds() throws {
    let context = MessageDescriptor(igny8_rpc_v1_CallContext())
    let draft = MessageDraft(context)
    draft.withBuilder { builder in
      builder.setUInt32(1, .max)
      builder.addInt64s(5, [1, -1, 300])
      builder.setBool(6, true)
      builder.addString(8, "planner")
    }
    let bytes = draft.encoded()
    try bytes.withUnsafeBytes { bytes in
      let decoded = try DecodedMessage(context, bytes)
      try decoded.withReader { reader in
        #expect(reader.uint32(1) == .max)
        #expect(reader.int64s(5) == [1, -1, 300])
        #expect(reader.int64(5, at: 1) == -1)
        #expect(reader.optionalBool(6) == true)
        #expect(reader.optionalBool(7) == nil)
        let modules = try reader.strings(8)
        #expect(modules == ["planner"])
      }
    }
    let header = MessageDescriptor(igny8_rpc_v1_ResponseHeader())
    let response = MessageDraft(header)
    response.withBuilder { $0.setUInt64(3, .max) }
    let read = try response.encoded().withUnsafeBytes { bytes in
      try DecodedMessage(header, bytes).withReader { $0.optionalUInt64(3) }
    }
    #expect(read == .max)
  }

  @Test("the default of another first attempt is read where the field is absent")
  func otherDefault() throws {
    let header = MessageDescriptor(igny8_rpc_v1_RequestHeader())
    let attempt = try #require(header.field(named: "attempt"))
    let empty = UnsafeRawBufferPointer(start: nil, count: 0)
    let value = try DecodedMessage(header, empty).withReader { $0.uint32(attempt.index) }
    #expect(value == 1)
  }
}
