import NIOCore
import Protobuf

/// Where the items of one stream come from.
package protocol ItemSource: Sendable {
  /// The next item, nil after the last one.
  /// - Throws: `RPCError` when the stream failed.
  func next() async throws -> ByteBuffer?

  /// Nobody will ask again.
  func cancel()
}

/// The items of a stream as bytes; read by one task, once.
package final class RPCStream: AsyncSequence, Sendable {
  /// An item's bytes.
  package typealias Element = ByteBuffer

  private let source: any ItemSource

  package init(_ source: any ItemSource) { self.source = source }

  deinit { source.cancel() }

  /// - Throws: `RPCError` when the stream failed.
  package func next() async throws -> ByteBuffer? { try await source.next() }

  package func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  /// Reads on where the stream stands.
  package struct Iterator: AsyncIteratorProtocol {
    let stream: RPCStream

    package func next() async throws -> ByteBuffer? { try await stream.next() }
  }
}

/// The items of a stream as messages; read by one task, once.
package struct RPCItems<Item: ContractMessage>: AsyncSequence, Sendable {
  /// An item.
  package typealias Element = Item

  private let stream: RPCStream

  package init(_ stream: RPCStream) { self.stream = stream }

  package func makeAsyncIterator() -> Iterator { Iterator(stream: stream) }

  /// Reads on where the stream stands.
  package struct Iterator: AsyncIteratorProtocol {
    let stream: RPCStream

    /// - Throws: `RPCError` when the stream failed or an item is no such message.
    package func next() async throws -> Item? {
      guard let bytes = try await stream.next() else { return nil }
      return try bytes.decoded(Item.self)
    }
  }
}
