import NIOCore
import Protobuf

/// Something that carries calls to a service: a client over TCP, or the service's routes in this
/// very process. Every failure is an `RPCError`.
package protocol RPCCaller: Sendable {
  /// One request, one reply, as bytes of the contract's messages.
  /// - Throws: `RPCError`; `.cancelled` when the calling task is cancelled.
  func call(_ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall) async throws
    -> ByteBuffer

  /// One request, many items. The call starts when the first item is asked for and is cancelled
  /// when the stream is let go.
  func stream(_ method: MethodInfo, _ body: ByteBuffer, _ call: OutgoingCall) -> RPCStream
}

extension RPCCaller {
  /// A typed call.
  /// - Throws: `RPCError`.
  package func call<Request, Reply>(
    _ method: Method<Request, Reply>, _ request: Request, _ call: OutgoingCall
  ) async throws -> Reply {
    let reply = try await self.call(method.info, ByteBuffer(encoding: request), call)
    return try reply.decoded(Reply.self)
  }

  /// A typed stream.
  package func stream<Request, Item>(
    _ method: StreamMethod<Request, Item>, _ request: Request, _ call: OutgoingCall
  ) -> RPCItems<Item> {
    RPCItems(stream(method.info, ByteBuffer(encoding: request), call))
  }
}
