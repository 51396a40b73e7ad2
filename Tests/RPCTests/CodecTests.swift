import Kernel
import NIOCore
import TestKit
import Testing

@testable import RPC

@Suite("frames and headers")
struct CodecTests {
  private static let preface = Preface(maxMessageBytes: 9_000, streamWindowBytes: 2_000)

  @Test("frames are the same however the bytes are cut", arguments: 0..<60)
  func cuts(seed: UInt64) throws {
    let chance = SeededChance(seed: seed)
    var bytes = ByteBuffer()
    bytes.writePreface(Self.preface)
    var expected: [FrameDecoder.Output] = [.preface(Self.preface)]
    for call in 0..<30 {
      let size = chance.below(5) == 0 ? chance.below(3_000) : chance.below(40)
      let type = FrameType.allCases[chance.below(FrameType.allCases.count)]
      let payload = ByteBuffer(bytes: (0..<size).map { _ in UInt8(chance.below(256)) })
      bytes.writeFrame(type, call: UInt32(call)) { $0.writeImmutableBuffer(payload) }
      let header = FrameHeader(length: size, type: type, call: UInt32(call))
      expected.append(size > 2_000 ? .oversize(header) : .frame(header, payload))
    }
    var decoder = FrameDecoder(maxMessageBytes: 2_000)
    var seen: [FrameDecoder.Output] = []
    while bytes.readableBytes > 0 {
      let size = min(bytes.readableBytes, 1 + chance.below(chance.below(2) == 0 ? 5 : 4_000))
      decoder.append(ByteBuffer(bytes: bytes.readBytes(length: size) ?? []))
      while let output = try decoder.next() { seen.append(output) }
    }
    #expect(seen == expected)
  }

  @Test("garbage is refused or waits for more; it never traps", arguments: 0..<200)
  func garbage(seed: UInt64) {
    let chance = SeededChance(seed: seed)
    var decoder = FrameDecoder(maxMessageBytes: 500)
    if seed % 2 == 0 {
      var bytes = ByteBuffer()
      bytes.writePreface(Self.preface)
      decoder.append(bytes)
    }
    decoder.append(ByteBuffer(bytes: (0..<chance.below(300)).map { _ in UInt8(chance.below(256)) }))
    var outputs = 0
    while case .some = try? decoder.next() { outputs += 1 }
    #expect(outputs <= 26)
  }

  @Test("headers of garbage are refused; they never trap", arguments: 0..<300)
  func headerGarbage(seed: UInt64) {
    let chance = SeededChance(seed: seed)
    let bytes = (0..<chance.below(80)).map { _ in UInt8(chance.below(seed % 3 == 0 ? 256 : 50)) }
    bytes.withUnsafeBytes { raw in
      if let header = try? RequestHeader(reading: raw, context: { _, _ in }) {
        #expect(header.attempt >= 0)
      }
      if let error = try? RPCError(reading: raw) { #expect(RPCCode.allCases.contains(error.code)) }
    }
    if let context = try? CallContext(decoding: bytes) {
      #expect(CallContext.Actor.allCases.contains(context.actor))
    }
  }

  @Test("a request header survives the wire")
  func requestHeader() throws {
    let header = RequestHeader(
      method: 0xfedc_ba98, deadlineMilliseconds: 86_400_000, attempt: 3,
      trace: TraceParent(chance: SeededChance(seed: 1)), idempotencyKey: "schlüssel")
    let signed = SignedContext(bytes: [1, 2, 3], signature: [4, 5])
    var buffer = ByteBuffer()
    header.write(to: &buffer, context: signed)
    var context: SignedContext?
    let read = try buffer.withUnsafeReadableBytes { bytes in
      try RequestHeader(reading: bytes) {
        context = SignedContext(bytes: Array($0), signature: Array($1))
      }
    }
    #expect(read == header)
    #expect(context == signed)
  }

  @Test("fields that a later version adds are skipped")
  func unknownFields() throws {
    var buffer = ByteBuffer()
    buffer.writeField(14, text: "new")
    buffer.writeField(15, varint: 77)
    RPCError(.notFound, "gone").write(to: &buffer)
    let read = try buffer.withUnsafeReadableBytes { try RPCError(reading: $0) }
    #expect(read == RPCError(.notFound, "gone"))
  }

  @Test("a method's number is FNV-1a of its full name")
  func methodNumber() {
    #expect(MethodInfo.number(of: "igny8.planner.v1.Planner", "ListKeywords") == 0xae45_c188)
    #expect(MethodInfo.number(of: "a", "b") != MethodInfo.number(of: "b", "a"))
  }
}

@Suite("traceparent")
struct TraceParentTests {
  @Test("the standard's example survives")
  func roundTrip() {
    let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    #expect(TraceParent(text)?.text == text)
    #expect(TraceParent(text)?.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
  }

  @Test(
    "what the standard calls invalid is refused",
    arguments: [
      "", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
      "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ])
  func invalid(_ text: String) {
    #expect(TraceParent(text) == nil)
  }

  @Test("a child keeps the trace and has a span of its own")
  func child() {
    var numbers = SpanNumbers(seed: 5)
    let parent = TraceParent(chance: SeededChance(seed: 2))
    let child = numbers.child(of: parent)
    #expect(child.traceID == parent.traceID)
    #expect(child.span != parent.span)
    #expect(numbers.child(of: .none).traceID != TraceParent.none.traceID)
  }
}
