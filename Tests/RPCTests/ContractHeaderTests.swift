import Kernel
import Messages
import NIOCore
import Protobuf
import TestKit
import Testing

@testable import RPC

@Suite("the RPC's own messages as protobuf-c reads them")
struct ContractHeaderTests {
  @Test("a request header is the message of rpc.proto")
  func requestHeader() throws {
    let header = RequestHeader(
      method: 77, deadlineMilliseconds: 1_500, attempt: 2,
      trace: TraceParent(chance: SeededChance(seed: 1)), idempotencyKey: "k")
    var buffer = ByteBuffer()
    header.write(to: &buffer, context: SignedContext(bytes: [1, 2], signature: [3]))
    try read(buffer, MessageDescriptor(igny8_rpc_v1_RequestHeader())) { (reader) throws in
      #expect(reader.uint32(0) == 77)
      #expect(reader.uint32(1) == 1_500)
      #expect(reader.uint32(2) == 2)
      #expect(reader.bytes(3).count == 25)
      #expect(try reader.string(4) == "k")
      #expect(reader.bytes(5) == [1, 2])
      #expect(reader.bytes(6) == [3])
      #expect(reader.unknownFieldCount == 0)
    }
  }

  @Test("an error is the message of rpc.proto")
  func responseHeader() throws {
    let error = RPCError(
      .failedPrecondition, "no",
      details: ErrorDetails(
        fields: [FieldError(name: "f", messages: ["a", "b"])], retryAfter: .seconds(2),
        required: 5, available: -3, reason: "r"), isUnstarted: true)
    var buffer = ByteBuffer()
    error.write(to: &buffer)
    try read(buffer, MessageDescriptor(igny8_rpc_v1_ResponseHeader())) { (reader) throws in
      #expect(reader.uint32(0) == 9)
      #expect(try reader.string(1) == "no")
      #expect(reader.count(2) == 1)
      #expect(try reader.nested(2, at: 0).strings(1) == ["a", "b"])
      #expect(reader.uint64(3) == 2_000)
      #expect(reader.unknownFieldCount == 0)
    }
  }

  @Test("a context is the message of rpc.proto")
  func context() throws {
    let context = CallContext(
      requestID: "r", actor: .apiKey, account: AccountID(4), role: .admin,
      sites: [SiteID(5), SiteID(600)], modulesOff: ["m"], address: "::1", session: 9,
      userAgent: "curl")
    let bytes = ByteBuffer(bytes: context.encoded())
    try read(bytes, MessageDescriptor(igny8_rpc_v1_CallContext())) { (reader) throws in
      #expect(try reader.string(0) == "r")
      #expect(reader.uint32(1) == 2)
      #expect(reader.int64(2) == 4)
      #expect(!reader.has(3))
      #expect(reader.int64s(5) == [5, 600])
      #expect(reader.int64(10) == 9)
      #expect(try reader.string(11) == "curl")
      #expect(reader.unknownFieldCount == 0)
    }
    #expect(try CallContext(decoding: context.encoded()) == context)
  }

  @Test("a wait that nobody can count with is a day")
  func endlessRetryAfter() throws {
    for milliseconds in [UInt64.max, 1 << 62, 86_400_001] {
      var buffer = ByteBuffer()
      buffer.writeField(4, varint: milliseconds)
      let error = try buffer.withUnsafeReadableBytes { try RPCError(reading: $0) }
      #expect(error.details.retryAfter == .seconds(86_400))
      error.write(to: &buffer)
    }
  }

  @Test("all sites stay all sites, whether a list of some comes before or after")
  func allSitesAndSome() throws {
    let (some, all): ([UInt8], [UInt8]) = ([0x32, 3, 1, 0xac, 2], [0x38, 1])
    #expect(try CallContext(decoding: some).sites == [SiteID(1), SiteID(300)])
    #expect(try CallContext(decoding: all + some).sites == nil)
    #expect(try CallContext(decoding: some + all).sites == nil)
    #expect(throws: MalformedHeader.self) { try CallContext(decoding: all + [0x32, 1, 0x80]) }
  }

  private func read(
    _ buffer: ByteBuffer, _ descriptor: MessageDescriptor, _ body: (MessageReader) throws -> Void
  ) throws {
    try buffer.withUnsafeReadableBytes { bytes in
      try DecodedMessage(descriptor, bytes).withReader(body)
    }
  }
}
