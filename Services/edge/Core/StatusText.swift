/// What an error says when nothing better is known.
package enum StatusText {
  package static func text(of status: Int) -> String {
    switch status {
    case 400, 422: "Validation failed"
    case 401: "Authentication required"
    case 402: "Insufficient credits"
    case 403: "Permission denied"
    case 404: "Resource not found"
    case 405: "Method not allowed"
    case 409: "Conflict"
    case 413: "Payload too large"
    case 415: "Unsupported media type"
    case 429: "Rate limit exceeded"
    case 502: "Upstream service failed"
    case 503: "Service unavailable"
    case 504: "Timed out"
    default: "Internal server error"
    }
  }
}
