import Protobuf
import RPC

/// One public REST route of a method. The table of all routes is `Route.all`.
package struct Route: Sendable {
  package enum Verb: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  package enum Segment: Sendable, Equatable {
    case literal(String)
    /// Taken as the value of the request's field of that name and index.
    case parameter(name: String, field: Int)
  }

  /// The JSON body of a successful answer.
  package enum Shape: Sendable, Equatable {
    /// `{"success":true,"data":{…}}`
    case object
    /// `{"success":true,"count":N,"next":…,"previous":…,"results":[…]}` from the reply's `count`,
    /// `results` and, where there is one, `next_cursor`.
    case list
    /// `{"success":true,"data":[…]}` from the reply's `results`.
    case array
    /// No body.
    case empty
    /// The reply is `igny8.common.v1.RawBody`, sent as it is; a stream sends the pieces of one body.
    case raw
    /// Server-sent events, one for each item of a stream. Such a route may share verb and path with
    /// another; it is meant when the client accepts `text/event-stream`.
    case events
  }

  package let verb: Verb
  /// The path's segments without the empty ones: every path begins and ends with a slash.
  package let segments: [Segment]
  /// The context whose service answers: `planner`.
  package let context: String
  package let method: MethodInfo
  package let request: MessageDescriptor
  package let reply: MessageDescriptor
  /// HTTP status of success.
  package let status: Int
  package let shape: Shape
  /// Name of the throttle scope.
  package let throttle: String
  package let maxBodyBytes: Int
  /// The envelope's `message`.
  package let message: String?
  /// Index of the request's field that takes an uploaded file or a body that is not JSON.
  package let uploadField: Int?
  /// The request is `igny8.common.v1.RawRequest`: body and headers as they came.
  package let takesRaw: Bool

  package init(
    _ verb: Verb, _ segments: [Segment], context: String, method: MethodInfo,
    request: MessageDescriptor, reply: MessageDescriptor, status: Int = 200,
    shape: Shape = .object, throttle: String = "default", maxBodyBytes: Int = 1 << 20,
    message: String? = nil, uploadField: Int? = nil, takesRaw: Bool = false
  ) {
    (self.verb, self.segments, self.context, self.method) = (verb, segments, context, method)
    (self.request, self.reply, self.status, self.shape) = (request, reply, status, shape)
    (self.throttle, self.maxBodyBytes) = (throttle, maxBodyBytes)
    (self.message, self.uploadField, self.takesRaw) = (message, uploadField, takesRaw)
  }

  /// The path as the contract writes it: `/api/v1/planner/keywords/{id}/`.
  package var path: String {
    let parts = segments.map { segment in
      switch segment {
      case .literal(let text): text
      case .parameter(let name, _): "{\(name)}"
      }
    }
    return "/" + parts.map { $0 + "/" }.joined()
  }

  /// Whether two routes differ only in the names of their parameters and the shape of the answer.
  package func overlaps(_ other: Route) -> Bool {
    verb == other.verb && segments.count == other.segments.count
      && zip(segments, other.segments).allSatisfy { pair in
        switch pair {
        case (.literal(let left), .literal(let right)): left == right
        case (.parameter, .parameter): true
        default: false
        }
      }
  }
}
