import Kernel
import NIOCore
import Testing
import TestKit

@testable import RPC

@Suite("peers that break the protocol", .timeLimit(.minutes(10)))
struct ProtocolTests {
  private static var preface: ByteBuffer {
    var bytes = ByteBuffer()
    bytes.writePreface(Preface(maxMessageBytes: 1 << 20, streamWindowBytes: 1 << 18))
    return bytes
  }

  private static func frame(_ type: FrameType, call: UInt32, _ payload: [UInt8]) -> ByteBuffer {
    var bytes = preface
    bytes.writeFrame(type, call: call) { $0.writeBytes(payload) }
    return bytes
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let bytes: ByteBuffer
    let reason: String

    var testDescription: String { what }
  }

  private static func preface(
    version: UInt16 = 1, maxMessage: UInt32 = 1 << 20, window: UInt32 = 1 << 18
  ) -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.writeMultipleIntegers(Preface.magic, version, UInt16(0), maxMessage, window)
    return bytes
  }

  static let cases = [
    Case(what: "a later version", bytes: preface(version: 2), reason: "unknownVersion(2)"),
    Case(
      what: "a peer that takes next to nothing", bytes: preface(maxMessage: 100),
      reason: "unreasonablePreface"),
    Case(
      what: "a stream window of nothing", bytes: preface(window: 0), reason: "unreasonablePreface"),
    Case(
      what: "another magic", bytes: ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"),
      reason: "notOurMagic"),
    Case(
      what: "an unknown frame type", bytes: preface + [0, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 1],
      reason: "unknownFrameType(99)"),
    Case(
      what: "a response to the server", bytes: frame(.response, call: 1, [0, 0, 0, 0]),
      reason: "unexpectedFrame"),
    Case(
      what: "a request without header length", bytes: frame(.request, call: 1, [0]),
      reason: "malformedPayload"),
    Case(
      what: "a header longer than its frame", bytes: frame(.request, call: 1, [0, 0, 1, 0, 1]),
      reason: "malformedPayload"),
    Case(
      what: "a header that is none",
      bytes: frame(.request, call: 1, [0, 0, 0, 2, 0xff, 0xff]), reason: "malformedPayload"),
    Case(
      what: "a cancel of a call never made", bytes: frame(.cancel, call: 5, []),
      reason: "unknownCall(5)"),
    Case(
      what: "credit for a call never made", bytes: frame(.credit, call: 5, [0, 0, 1, 0]),
      reason: "unknownCall(5)"),
  ]

  @Test("the server says why and closes", arguments: cases)
  func violation(_ row: Case) async throws {
    try await World.with(RPCRoutes()) { world in
      let answer = try await RawPeer.connect(to: world).exchange(row.bytes)
      #expect(answer.text.contains(row.reason), "\(answer)")
    }
  }

  @Test("a call number used twice closes the connection")
  func numberReused() async throws {
    try await World.with(RPCRoutes()) { world in
      var bytes = Self.preface
      for _ in 0..<2 {
        bytes.writeFrame(.request, call: 1) { frame in
          let header = RequestHeader(method: BuiltIn.health.number)
          frame.writeParts(
            header: { header.write(to: &$0, context: nil) }, body: ByteBuffer())
        }
      }
      let answer = try await RawPeer.connect(to: world).exchange(bytes)
      #expect(answer.text.contains("callNumberReused(1)"))
    }
  }

  @Test("an oversize request is answered with a typed refusal and the connection lives on")
  func oversizeRequest() async throws {
    let settings = RPCServerSettings(maxMessageBytes: 2_000)
    try await World.with(RPCRoutes(), settings: settings) { world in
      var bytes = Self.preface
      bytes.writeFrame(.request, call: 1) { $0.writeRepeatingByte(1, count: 50_000) }
      bytes.writeFrame(.request, call: 2) { frame in
        let header = RequestHeader(method: BuiltIn.health.number)
        frame.writeParts(header: { header.write(to: &$0, context: nil) }, body: ByteBuffer())
      }
      let answer = try await RawPeer.connect(to: world).exchange(bytes) { bytes in
        var decoder = FrameDecoder(maxMessageBytes: 1 << 20)
        decoder.append(bytes)
        var frames = 0
        while case .some = try? decoder.next() { frames += 1 }
        return frames == 3
      }
      #expect(answer.text.contains("message_too_large"))
    }
  }

  @Test("an oversize request that finds no room is refused, and the connection lives on")
  func oversizeWithoutRoom() async throws {
    let settings = RPCServerSettings(maxMessageBytes: 2_000, maxInFlightPerConnection: 0)
    try await World.with(RPCRoutes(), settings: settings) { world in
      var bytes = Self.preface
      for call in 1...2 {
        bytes.writeFrame(.request, call: UInt32(call)) { $0.writeRepeatingByte(1, count: 5_000) }
      }
      let answer = try await RawPeer.connect(to: world).exchange(bytes) { bytes in
        bytes.text.ranges(of: "too_many_calls").count == 2
      }
      #expect(answer.text.ranges(of: "too_many_calls").count == 2)
      #expect(!answer.text.contains("malformedPayload"))
    }
  }

  @Test("a request without a context is refused")
  func noContext() async throws {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.echo) { body, _ in body }
    try await World.with(routes) { world in
      var bytes = Self.preface
      bytes.writeFrame(.request, call: 1) { frame in
        let header = RequestHeader(method: Methods.echo.number)
        frame.writeParts(header: { header.write(to: &$0, context: nil) }, body: ByteBuffer())
      }
      let answer = try await RawPeer.connect(to: world).exchange(bytes) {
        $0.text.contains("bad_context")
      }
      #expect(answer.text.contains("bad_context"))
    }
  }

  @Test("seeded garbage behind a good preface never brings the server down", arguments: 0..<40)
  func garbage(seed: UInt64) async throws {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.echo) { body, _ in body }
    try await World.with(routes, settings: RPCServerSettings(maxMessageBytes: 4_096)) { world in
      let chance = SeededChance(seed: seed)
      var bytes = Self.preface
      for _ in 0..<20 {
        let type = FrameType.allCases[chance.below(FrameType.allCases.count)]
        bytes.writeFrame(type, call: UInt32(chance.below(4))) { frame in
          for _ in 0..<chance.below(60) { frame.writeInteger(UInt8(chance.below(256))) }
        }
      }
      bytes.writeBytes([0, 0, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0])
      _ = try await RawPeer.connect(to: world).exchange(bytes)
      let reply = try await world.client().call(
        Methods.echo, ByteBuffer(string: "alive"), world.outgoing())
      #expect(reply.text == "alive")
    }
  }
}

private func + (buffer: ByteBuffer, bytes: [UInt8]) -> ByteBuffer {
  var sum = buffer
  sum.writeBytes(bytes)
  return sum
}
