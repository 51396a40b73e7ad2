import NIOCore
import Protobuf

/// Takes the items of one stream away from its handler.
package protocol ItemSink: Sendable {
  /// Returns once the reader has room for a further item.
  /// - Throws: `RPCError` `.cancelled` when the reader is gone.
  func send(_ body: ByteBuffer) async throws
}

/// What a streaming handler sends its items with.
package struct ItemSender<Item: ContractMessage>: Sendable {
  private let sink: any ItemSink

  package init(_ sink: any ItemSink) { self.sink = sink }

  /// Sends one item; waits while the reader is behind.
  /// - Throws: `RPCError` `.cancelled` when the reader is gone.
  package func send(_ item: Item) async throws { try await sink.send(ByteBuffer(encoding: item)) }
}

/// What a handler answers: a message that is packed where its frame is written, or bytes.
package enum RPCReply: ~Copyable {
  case message(MessageDraft)
  case bytes(ByteBuffer)

  /// The message's bytes on the wire.
  package consuming func packed() -> ByteBuffer {
    switch consume self {
    case .message(let draft): ByteBuffer(packing: draft)
    case .bytes(let bytes): bytes
    }
  }
}

extension Result<RPCReply, RPCError> {
  /// The same with the message packed.
  consuming func packed() -> Result<ByteBuffer, RPCError> {
    switch consume self {
    case .success(let reply): .success(reply.packed())
    case .failure(let error): .failure(error)
    }
  }
}

/// The methods that a service answers.
package struct RPCRoutes: Sendable {
  /// A handler of one request and one reply. Handlers run where they are called from: an executor
  /// asked for at every step would cost more than most handlers do.
  package typealias Unary =
    nonisolated(nonsending) @Sendable (ByteBuffer, IncomingCall) async throws -> RPCReply
  /// A handler of one request and many items.
  package typealias Streaming =
    nonisolated(nonsending) @Sendable (ByteBuffer, IncomingCall, any ItemSink) async throws -> Void

  /// What runs for one method.
  package enum Handler: Sendable {
    case unary(Unary)
    case stream(Streaming)
  }

  /// Where a handler runs.
  package enum Placement: Sendable {
    /// On the connection's event loop: for handlers that mostly wait.
    case eventLoop
    /// On the global pool: for handlers that compute for more than a millisecond.
    case pool
  }

  /// One line of the table; a class, because every call passes one along.
  package final class Route: Sendable {
    package let info: MethodInfo
    package let placement: Placement
    package let handler: Handler

    init(info: MethodInfo, placement: Placement, handler: Handler) {
      (self.info, self.placement, self.handler) = (info, placement, handler)
    }
  }

  package private(set) var routes: [UInt32: Route] = [:]

  package init() {}

  /// Answers a method with a typed handler.
  package mutating func handle<Request, Reply>(
    _ method: Method<Request, Reply>, on placement: Placement = .eventLoop,
    _ body:
      nonisolated(nonsending) @escaping @Sendable (Request, IncomingCall) async throws ->
      Reply
  ) {
    handleRaw(
      method.info, on: placement,
      .unary { bytes, call in
        .message(try await body(bytes.request(Request.self), call).draft())
      })
  }

  /// Answers a method with a handler of bytes.
  package mutating func handleRaw(
    _ info: MethodInfo, on placement: Placement = .eventLoop,
    _ body:
      nonisolated(nonsending) @escaping @Sendable (ByteBuffer, IncomingCall) async throws ->
      ByteBuffer
  ) {
    handleRaw(info, on: placement, .unary { .bytes(try await body($0, $1)) })
  }

  /// Answers a method, of either kind, with a handler of bytes.
  package mutating func handleRaw(
    _ info: MethodInfo, on placement: Placement = .eventLoop, _ handler: Handler
  ) {
    add(Route(info: info, placement: placement, handler: handler))
  }

  /// Answers a streaming method.
  package mutating func stream<Request, Item>(
    _ method: StreamMethod<Request, Item>, on placement: Placement = .eventLoop,
    _ body:
      nonisolated(nonsending) @escaping @Sendable (
        Request, IncomingCall, ItemSender<Item>
      ) async throws -> Void
  ) {
    handleRaw(
      method.info, on: placement,
      .stream { bytes, call, sink in
        try await body(bytes.request(Request.self), call, ItemSender(sink))
      })
  }

  /// Adds all routes of another table.
  package mutating func merge(_ other: RPCRoutes) {
    for route in other.routes.values { add(route) }
  }

  /// Two methods with one number would answer each other's calls: a mistake of the contracts that
  /// shows at start.
  private mutating func add(_ route: Route) {
    let existing = routes.updateValue(route, forKey: route.info.number)
    precondition(
      existing == nil,
      "\(route.info.fullName) and \(existing?.info.fullName ?? "") have one number")
  }
}

extension ByteBuffer {
  /// A request's message.
  /// - Throws: `.invalidArgument` when the bytes hold none.
  func request<Message: ContractMessage>(_ type: Message.Type) throws -> Message {
    do {
      return try withUnsafeReadableBytes { try Message(decoding: $0) }
    } catch {
      throw RPCError.undecodable(Message.descriptor)
    }
  }
}

extension RPCError {
  /// A request's bytes do not make its message.
  package static func undecodable(_ message: MessageDescriptor) -> RPCError {
    RPCError(.invalidArgument, "The body is no \(message.name)", reason: "undecodable")
  }
}
