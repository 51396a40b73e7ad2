import NIOCore
import Testing

@testable import RPC

@Suite("what a connection gathers")
struct FrameOutboxTests {
  /// What goes out, in one piece.
  private func taken(_ outbox: inout FrameOutbox) -> [UInt8] {
    guard let gathered = outbox.take() else { return [] }
    return (gathered.parts + [gathered.tail]).flatMap { Array($0.readableBytesView) }
  }

  @Test("bytes leave in the order they came, whatever their bodies' sizes")
  func order() {
    var outbox = FrameOutbox()
    outbox.open()
    var expected: [UInt8] = []
    let large = FrameOutbox.largeBytes
    for (number, size) in [0, 1, large, large - 1, large + 1, large, 7].enumerated() {
      let body = [UInt8](repeating: UInt8(100 + number), count: size)
      let isFirst = outbox.add({ $0.writeInteger(UInt8(number)) }, body: ByteBuffer(bytes: body))
      #expect(isFirst == (number == 0))
      let isFirstAgain = outbox.add { $0.writeInteger(UInt8(50 + number)) }
      #expect(!isFirstAgain)
      expected += [UInt8(number)] + body + [UInt8(50 + number)]
    }
    #expect(taken(&outbox) == expected)
    #expect(taken(&outbox) == [])
  }

  @Test("a large body is not copied")
  func views() throws {
    var outbox = FrameOutbox()
    outbox.open()
    let body = ByteBuffer(repeating: 1, count: FrameOutbox.largeBytes)
    _ = outbox.add({ _ in }, body: body)
    let gathered = outbox.take()
    let sent = try #require(gathered?.parts.last)
    let address = body.withUnsafeReadableBytes { $0.baseAddress }
    #expect(sent.withUnsafeReadableBytes { $0.baseAddress } == address)
  }

  @Test("what comes before it is open or after it was closed is thrown away")
  func closed() {
    var outbox = FrameOutbox()
    let body = ByteBuffer(repeating: 1, count: FrameOutbox.largeBytes)
    let early = outbox.add({ _ in }, body: body)
    #expect(!early && taken(&outbox) == [])
    outbox.open()
    let first = outbox.add({ $0.writeInteger(UInt8(1)) }, body: ByteBuffer())
    outbox.close()
    let late = outbox.add({ $0.writeInteger(UInt8(2)) }, body: body)
    #expect(first && !late && taken(&outbox) == [1])
  }

  @Test("storage is used again for what comes next")
  func reuse() throws {
    var outbox = FrameOutbox()
    outbox.open()
    _ = outbox.add { $0.writeString("first") }
    let first = outbox.take()
    outbox.reuse(try #require(first))
    #expect(taken(&outbox) == [])
    _ = outbox.add { $0.writeString("second") }
    #expect(taken(&outbox) == Array("second".utf8))
  }
}
