import Kernel
import RPC

/// Why an AI function came to nothing.
enum AIFailure: Error, Sendable, Equatable {
  /// The answer does not fit, even after it was asked for once more.
  case unusable([String])
  /// No answer in time.
  case timedOut
  /// No connection, or it broke.
  case unreachable
  /// The provider's answer is not what its interface promises.
  case garbled
  /// The provider answered with this status; `message` is its own, shortened.
  case status(Int, message: String, retryAfter: Duration?)
  /// The provider failed so often that it is left alone until then.
  case resting(Duration)
  /// The address of the provider is none that may be called.
  case forbiddenAddress
  /// The answer is larger than anything sensible.
  case tooLarge
  /// The stored key cannot be opened, or there is none.
  case noKey
  /// More calls than may be under way at once, until the deadline.
  case crowded
  /// Nobody waits for the result any more.
  case abandoned

  /// A further try may go better.
  var isTransient: Bool {
    switch self {
    case .timedOut, .unreachable, .garbled: true
    case .status(let status, _, _): [408, 409, 425, 429].contains(status) || status >= 500
    case .unusable, .resting, .forbiddenAddress, .tooLarge, .noKey, .crowded, .abandoned:
      false
    }
  }

  /// The provider itself is unwell, whoever asks.
  var countsAgainstProvider: Bool {
    switch self {
    case .timedOut, .unreachable, .garbled: true
    case .status(let status, _, _): status >= 500
    default: false
    }
  }

  var retryAfter: Duration? {
    switch self {
    case .status(_, _, let retryAfter): retryAfter
    case .resting(let duration): duration
    default: nil
    }
  }

  /// A word for logs.
  var code: String {
    switch self {
    case .unusable: "AIResponseInvalid"
    case .timedOut: "timeout"
    case .unreachable: "unreachable"
    case .garbled: "garbled"
    case .status(429, _, _): "rate_limited"
    case .status(401, _, _), .status(403, _, _): "credentials"
    case .status(let status, _, _): "status_\(status)"
    case .resting: "circuit_open"
    case .forbiddenAddress: "forbidden_address"
    case .tooLarge: "too_large"
    case .noKey: "no_key"
    case .crowded: "crowded"
    case .abandoned: "abandoned"
    }
  }

  /// A sentence for people, without anything secret.
  var message: String {
    switch self {
    case .unusable(let complaints):
      "AIResponseInvalid: the AI's answer cannot be used"
        + (complaints.first.map { " (\($0))" } ?? "")
    case .timedOut: "The AI provider did not answer in time"
    case .unreachable: "The AI provider cannot be reached"
    case .garbled: "The AI provider's answer cannot be read"
    case .status(429, _, _): "The AI provider's rate limit is reached"
    case .status(401, _, _), .status(403, _, _): "The AI provider refused the key"
    case .status(let status, let message, _):
      "The AI provider answered \(status)" + (message.isEmpty ? "" : ": \(message)")
    case .resting: "The AI provider failed repeatedly and is left alone for a moment"
    case .forbiddenAddress: "The AI provider's address is not allowed"
    case .tooLarge: "The AI provider's answer is too large"
    case .noKey: "The AI provider needs a key"
    case .crowded: "Too many AI calls are under way"
    case .abandoned: "The call was given up"
    }
  }

  /// What callers get: `.unavailable` where a later try may succeed, `.failedPrecondition` where
  /// something has to be changed first; both become a 502.
  var rpcError: RPCError {
    let isPassing: Bool =
      switch self {
      case .resting, .crowded, .abandoned: true
      default: isTransient
      }
    return RPCError(
      isPassing ? .unavailable : .failedPrecondition, message,
      details: ErrorDetails(retryAfter: retryAfter, reason: "upstream"))
  }
}
