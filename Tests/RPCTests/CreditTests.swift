import Glibc
import Kernel
import NIOCore
import TestKit
import Testing

@testable import RPC

@Suite("readers that stand still", .timeLimit(.minutes(10)))
struct CreditTests {
  /// Sends items of the size that the request says until it is stopped.
  private func endless(sent: Counter) -> RPCRoutes {
    var routes = RPCRoutes()
    routes.handleRaw(
      Methods.count,
      .stream { body, _, sink in
        let size = body.getInteger(at: body.readerIndex, as: UInt32.self) ?? 0
        while true {
          try await sink.send(ByteBuffer(repeating: 1, count: Int(size)))
          sent.add()
        }
      })
    routes.handleRaw(Methods.echo) { body, _ in body }
    return routes
  }

  /// How many items a sender gets rid of before the debt is reached.
  private static func itemsInWindow(of size: Int) -> Int {
    let cost = size + FrameHeader.size
    return (Preface.streamWindow + cost - 1) / cost
  }

  @Test(
    "a stalled stream holds a window and one item at most, and its sender is suspended",
    arguments: [1, 1_000, 50_000, 120_000])
  func window(size: Int) async throws {
    let sent = Counter()
    try await World.with(endless(sent: sent), threads: 1) { world in
      let client = try world.client()
      let stream = client.stream(
        Methods.count, ByteBuffer(integer: UInt32(size)), world.outgoing())
      let reader = stream.makeAsyncIterator()
      var taken = 0
      var granted = 0
      for round in 1...3 {
        for _ in 0..<(round * 2) { taken += try await reader.next() == nil ? 0 : 1 }
        let cost = size + FrameHeader.size
        while (taken * cost - granted) >= Preface.streamWindow / 2 {
          granted += ((Preface.streamWindow / 2 + cost - 1) / cost) * cost
        }
        let most = (Preface.streamWindow + granted + cost - 1) / cost
        while sent.value < most { await Task.yield() }
        for _ in 0..<50 { _ = try await client.call(Methods.echo, ByteBuffer(), world.outgoing()) }
        #expect(sent.value == most, "\(taken) taken")
        #expect((sent.value - taken) * cost <= Preface.streamWindow + cost)
      }
    }
  }

  @Test("a hundred stalled streams on one connection hold their windows and stop no other call")
  func manyStalled() async throws {
    let (count, size) = (100, 4_000)
    let sent = Counter()
    try await World.with(endless(sent: sent), threads: 1) { world in
      let client = try world.client()
      let before = Self.residentBytes
      var readers: [RPCStream.Iterator] = []
      for _ in 0..<count {
        let stream = client.stream(
          Methods.count, ByteBuffer(integer: UInt32(size)), world.outgoing(timeout: .seconds(50)))
        let reader = stream.makeAsyncIterator()
        _ = try await reader.next()
        readers.append(reader)
      }
      let most = count * Self.itemsInWindow(of: size)
      while sent.value < most { await Task.yield() }
      for _ in 0..<500 {
        let body = ByteBuffer(repeating: 1, count: 20_000)
        #expect(try await client.call(Methods.echo, body, world.outgoing()) == body)
      }
      #expect(sent.value == most)
      #expect(client.figures.dials == 1)
      // 26 MB wait; without credit it would be as much as the machine has.
      #expect(Self.residentBytes - before < 200 << 20)
      for reader in readers { #expect(try await reader.next() != nil) }
    }
  }

  /// Memory of this process that is really there.
  private static var residentBytes: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 200)
    guard fgets(&text, 200, file) != nil else { return 0 }
    let numbers = text.prefix { $0 != 0 }.split(separator: 32)
    guard numbers.count > 1 else { return 0 }
    let pages = Int(String(decoding: numbers[1].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    return (pages ?? 0) * sysconf(CInt(_SC_PAGESIZE))
  }

  @Test("an item that waits keeps no more storage alive than it needs")
  func storage() async throws {
    let inbox = StreamInbox()
    let read = ByteBuffer(repeating: 1, count: 64 << 10)
    let small = try #require(read.getSlice(at: 0, length: 20))
    let large = try #require(read.getSlice(at: 20, length: 30_000))
    inbox.add(small)
    inbox.add(large)
    let first = try #require(try await inbox.next().get())
    #expect(first == small)
    #expect(first.storageCapacity < 1_024)
    #expect(try await inbox.next().get() == large)
  }
}
