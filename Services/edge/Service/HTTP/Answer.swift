import NIOCore
import RPC

/// An answer, free of the HTTP server that sends it.
package struct Answer: Sendable {
  package enum Body: Sendable {
    case none
    case bytes(ByteBuffer)
    /// The pieces of one long body, asked for as the client takes them.
    case pieces(Pieces)
    /// Events as they come.
    case events(AsyncStream<ByteBuffer>)
  }

  package var status: Int
  /// In the order they are sent.
  package var headers: [(name: String, value: String)]
  package var body: Body

  package init(
    _ status: Int, headers: [(name: String, value: String)] = [], body: Body = .none
  ) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }

  package init(_ status: Int, type: String, _ bytes: [UInt8]) {
    self.init(
      status, headers: [("Content-Type", type)], body: .bytes(ByteBuffer(bytes: bytes)))
  }

  package static func json(_ status: Int, _ bytes: [UInt8]) -> Answer {
    Answer(status, type: "application/json; charset=utf-8", bytes)
  }

  /// Sets a header, which is sent once.
  package mutating func set(_ name: String, _ value: String) {
    headers.removeAll { $0.name == name }
    headers.append((name, value))
  }

  package func header(_ name: String) -> String? { headers.last { $0.name == name }?.value }
}

/// The pieces of a body that comes from a stream of `RawBody`.
package struct Pieces: AsyncSequence, Sendable {
  package typealias Element = ByteBuffer

  let first: ByteBuffer
  let rest: @Sendable () async throws -> ByteBuffer?

  package func makeAsyncIterator() -> Iterator { Iterator(first: first, rest: rest) }

  package struct Iterator: AsyncIteratorProtocol {
    var first: ByteBuffer?
    let rest: @Sendable () async throws -> ByteBuffer?

    package mutating func next() async throws -> ByteBuffer? {
      if let first {
        self.first = nil
        return first
      }
      return try await rest()
    }
  }
}
