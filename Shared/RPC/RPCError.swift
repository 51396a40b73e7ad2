/// gRPC's seventeen status codes with gRPC's numbers
/// (grpc.github.io/grpc/core/md_doc_statuscodes.html).
package enum RPCCode: UInt8, CaseIterable, Sendable {
  case ok = 0
  case cancelled = 1
  case unknown = 2
  case invalidArgument = 3
  case deadlineExceeded = 4
  case notFound = 5
  case alreadyExists = 6
  case permissionDenied = 7
  case resourceExhausted = 8
  case failedPrecondition = 9
  case aborted = 10
  case outOfRange = 11
  case unimplemented = 12
  case `internal` = 13
  case unavailable = 14
  case dataLoss = 15
  case unauthenticated = 16

  /// The callee refused for a reason that time alone does not change.
  package var isPermanent: Bool {
    switch self {
    case .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
      .outOfRange, .unimplemented, .unauthenticated:
      true
    case .ok, .cancelled, .unknown, .deadlineExceeded, .resourceExhausted, .aborted, .internal,
      .unavailable, .dataLoss:
      false
    }
  }
}

/// What is wrong with one field of a request.
package struct FieldError: Sendable, Equatable {
  /// The field's proto name; empty for the request as a whole.
  package var name: String
  /// Sentences for people.
  package var messages: [String]

  package init(name: String, messages: [String]) { (self.name, self.messages) = (name, messages) }
}

/// What a caller can act upon beyond the code.
package struct ErrorDetails: Sendable, Equatable {
  package var fields: [FieldError]
  /// When a further try makes sense.
  package var retryAfter: Duration?
  /// Credits that the action costs.
  package var required: Int64?
  /// Credits that the account has.
  package var available: Int64?
  /// A word for programs: `insufficient_credits`, `module_off`, `suspended` …
  package var reason: String?

  package init(
    fields: [FieldError] = [], retryAfter: Duration? = nil, required: Int64? = nil,
    available: Int64? = nil, reason: String? = nil
  ) {
    (self.fields, self.retryAfter) = (fields, retryAfter)
    (self.required, self.available, self.reason) = (required, available, reason)
  }
}

/// Why a call failed: what a handler throws and what a caller catches.
package struct RPCError: Error, Sendable, Equatable, CustomStringConvertible {
  package var code: RPCCode
  /// A sentence for people; carries no secret and no inner detail of the server.
  package var message: String
  package var details: ErrorDetails
  /// The server never began to work on the call, so that any method may be tried again elsewhere.
  package var isUnstarted: Bool

  package init(
    _ code: RPCCode, _ message: String, details: ErrorDetails = ErrorDetails(),
    isUnstarted: Bool = false
  ) {
    (self.code, self.message) = (code, message)
    (self.details, self.isUnstarted) = (details, isUnstarted)
  }

  /// An error that differs from a plain one in its `reason`.
  package init(_ code: RPCCode, _ message: String, reason: String) {
    self.init(code, message, details: ErrorDetails(reason: reason))
  }

  /// A refusal of single fields.
  package init(invalid fields: [FieldError], _ message: String = "Validation failed") {
    self.init(.invalidArgument, message, details: ErrorDetails(fields: fields))
  }

  /// A refusal for want of a field.
  package init(required field: String) { self.init(field: field, "This field is required") }

  /// A refusal of one field.
  package init(field: String, _ message: String) {
    self.init(invalid: [FieldError(name: field, messages: [message])])
  }

  package var description: String {
    let reason = details.reason.map { " (\($0))" } ?? ""
    return "\(code)\(reason): \(message)"
  }
}

extension Error {
  /// The same try would be refused again. The code of an `RPCError` decides; every other error is
  /// unforeseen, which is worth another try.
  package var isPermanent: Bool { (self as? RPCError)?.code.isPermanent ?? false }
}
