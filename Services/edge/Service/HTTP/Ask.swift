import EdgeCore
import NIOCore

/// A request as the edge sees it, free of the HTTP server that took it.
package struct Ask: Sendable {
  package var method: String
  /// As it came, still percent-encoded.
  package var path: String
  package var query: Query
  /// By lower-case name.
  package var headers: [String: String]
  /// The peer's address.
  package var peer: String
  /// Reads the body; throws `BodyTooLarge` beyond the limit in bytes, `BodyBroken` when it does not
  /// come as it was announced.
  package var body: @Sendable (_ limit: Int) async throws -> ByteBuffer

  package init(
    method: String, path: String, query: Query = Query(), headers: [String: String] = [:],
    peer: String = "127.0.0.1",
    body: @escaping @Sendable (Int) async throws -> ByteBuffer = { _ in ByteBuffer() }
  ) {
    (self.method, self.path, self.query) = (method, path, query)
    (self.headers, self.peer, self.body) = (headers, peer, body)
  }

  /// The path's segments without the empty ones, decoded; nil when one cannot be.
  var segments: [String]? {
    var segments: [String] = []
    for part in path.split(separator: "/") {
      guard let text = PercentCoding.decode(part), !text.contains("\0") else { return nil }
      segments.append(text)
    }
    return segments
  }
}

/// The body is not what HTTP allows, or its sender has gone.
package struct BodyBroken: Error {
  package init() {}
}

/// The body is longer than the route takes.
package struct BodyTooLarge: Error {
  package init() {}
}
