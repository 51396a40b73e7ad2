import RPC
import WriterContract

/// A place where content is published.
protocol Destination: Sendable {
  /// As requests name it.
  var name: String { get }

  /// Brings the content there, or brings it up to date; doing it again changes nothing.
  func deliver(_ content: Writer.Content, _ call: IncomingCall) async throws -> Delivered
}

/// Where a content is now.
struct Delivered: Sendable, Equatable {
  let id: String
  let url: String
}
