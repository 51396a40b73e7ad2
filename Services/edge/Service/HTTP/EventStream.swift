import RouteTable
import JSON
import Kernel
import NIOCore
import Protobuf
import RPC

/// Turns the items of a stream into server-sent events (html.spec.whatwg.org).
///
/// Each item is the whole state, so that a client which comes again needs none that it missed: it
/// is given the state of now, unless that is the one it has seen last. One that has seen the end
/// is told not to come again (204).
struct EventStream: Sendable {
  /// A comment is sent this often so that proxies and clients keep the connection.
  static let keepalive: Duration = .seconds(15)
  /// Of the event after the last item.
  static let endID = "end"
  /// Events that wait for a slow client; the oldest give way.
  static let waiting = 64

  let plan: RoutePlan
  let exchange: Exchange
  let time: any TimeSource

  /// Waits for the first item, so that a refusal is answered as one.
  /// - Throws: `RPCError`.
  func answer(_ stream: RPCStream) async throws -> Answer {
    if exchange.ask.headers["last-event-id"] == Self.endID { return Answer(204) }
    let first = try await stream.next()
    let (events, out) = AsyncStream<ByteBuffer>.makeStream(
      bufferingPolicy: .bufferingNewest(Self.waiting))
    let task = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await keepAlive(out) }
        group.addTask { await pump(first, stream, out) }
        await group.next()
        group.cancelAll()
      }
      out.finish()
    }
    out.onTermination = { _ in task.cancel() }
    return Answer(
      200,
      headers: [
        ("Content-Type", "text/event-stream; charset=utf-8"), ("Cache-Control", "no-cache"),
        ("X-Accel-Buffering", "no"),
        // What notices that the client has gone reads the connection to its end.
        ("Connection", "close"),
      ], body: .events(events))
  }

  private func keepAlive(_ out: AsyncStream<ByteBuffer>.Continuation) async {
    while (try? await time.sleep(for: Self.keepalive)) != nil {
      out.yield(ByteBuffer(string: ": keep-alive\n\n"))
    }
  }

  private func pump(
    _ first: ByteBuffer?, _ stream: RPCStream, _ out: AsyncStream<ByteBuffer>.Continuation
  ) async {
    do {
      var (item, seen) = (first, exchange.ask.headers["last-event-id"])
      while let bytes = item {
        let (id, event) = try event(bytes)
        out.yield(id == seen ? ByteBuffer(string: ": unchanged\n\n") : event)
        seen = nil
        item = try await stream.next()
      }
      out.yield(ByteBuffer(string: "id: \(Self.endID)\nevent: end\ndata: {}\n\n"))
    } catch let error as RPCError {
      let body = Refusal(error).answer(requestID: exchange.requestID).body
      guard case .bytes(let bytes) = body else { return }
      out.yield(ByteBuffer(string: "event: error\ndata: \(String(buffer: bytes))\n\n"))
    } catch {
      out.yield(ByteBuffer(string: "event: error\ndata: {}\n\n"))
    }
  }

  /// An item, and the name of the state that it shows.
  private func event(_ bytes: ByteBuffer) throws -> (id: String, ByteBuffer) {
    try bytes.withUnsafeReadableBytes { bytes in
      try DecodedMessage(plan.reply.descriptor, bytes).withReader { reader in
        var writer = JSONWriter()
        ReplyWriter.object(reader, plan.reply, to: &writer)
        let id = String(StableHash(writer.text).value, radix: 16)
        return (id, ByteBuffer(string: "id: \(id)\ndata: \(writer.text)\n\n"))
      }
    }
  }
}
