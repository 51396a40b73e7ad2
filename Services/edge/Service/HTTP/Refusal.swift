import EdgeCore
import JSON
import Kernel
import RPC

/// An error on its way to the client: the one table from calls to HTTP.
package struct Refusal: Error, Sendable {
  package var status: Int
  package var text: String
  package var fields: [FieldError]
  package var retryAfter: Duration?
  package var required: Int64?
  package var available: Int64?
  /// Of a 405: the methods that the path knows.
  package var allow: [String] = []

  package init(_ status: Int, _ text: String? = nil, fields: [FieldError] = []) {
    (self.status, self.fields) = (status, fields)
    self.text = text ?? StatusText.text(of: status)
  }

  package init(_ error: RPCError) {
    let status = Self.status(of: error)
    // What broke inside is for the log; the client gets the status' own words.
    let isInner = status >= 500 && status != 502
    self.init(
      status, isInner || error.message.isEmpty ? nil : error.message, fields: error.details.fields)
    (retryAfter, required, available) = (
      error.details.retryAfter, error.details.required, error.details.available
    )
  }

  private static func status(of error: RPCError) -> Int {
    if error.details.reason == "upstream" { return 502 }
    switch error.code {
    case .invalidArgument, .outOfRange: return 400
    case .unauthenticated: return 401
    case .failedPrecondition:
      return error.details.reason == "insufficient_credits" ? 402 : 409
    case .permissionDenied: return 403
    case .notFound: return 404
    case .alreadyExists, .aborted: return 409
    case .resourceExhausted: return 429
    case .unavailable, .unimplemented: return 503
    case .deadlineExceeded: return 504
    case .ok, .cancelled, .unknown, .internal, .dataLoss: return 500
    }
  }

  /// The envelope.
  func answer(requestID: String, debug: DebugNote? = nil) -> Answer {
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("success")
    writer.bool(false)
    writer.name("error")
    writer.string(text)
    if !fields.isEmpty { writeFields(to: &writer) }
    if let required {
      writer.name("required_credits")
      writer.int(required)
    }
    if let available {
      writer.name("available_credits")
      writer.int(available)
    }
    writer.name("request_id")
    writer.string(requestID)
    debug?.write(to: &writer)
    writer.endObject()
    var answer = Answer.json(status, writer.bytes)
    if let retryAfter { answer.set("Retry-After", "\(Self.wholeSeconds(retryAfter))") }
    if status == 401 { answer.set("WWW-Authenticate", "Bearer") }
    if !allow.isEmpty { answer.set("Allow", allow.joined(separator: ", ")) }
    return answer
  }

  private func writeFields(to writer: inout JSONWriter) {
    writer.name("errors")
    writer.beginObject()
    for field in fields {
      writer.name(field.name.isEmpty ? "non_field_errors" : field.name)
      writer.beginArray()
      field.messages.forEach { writer.string($0) }
      writer.endArray()
    }
    writer.endObject()
  }

  private static func wholeSeconds(_ duration: Duration) -> Int64 {
    max(1, (duration.microseconds + 999_999) / 1_000_000)
  }
}

/// What an error tells in debug mode.
package struct DebugNote: Sendable {
  let error: any Error
  let view: String
  let path: String
  let method: String

  func write(to writer: inout JSONWriter) {
    writer.name("debug")
    writer.beginObject()
    let members = [
      ("exception_type", "\(type(of: error))"), ("exception_message", "\(error)"),
      ("view", view), ("path", path), ("method", method),
    ]
    for (name, value) in members {
      writer.name(name)
      writer.string(value)
    }
    writer.endObject()
  }
}
