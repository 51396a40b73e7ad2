import IntegrationCore
import Kernel

/// One way to reach a language or picture model. One try each: patience is `ProviderCaller`'s.
protocol Provider: Sendable {
  /// As logs and settings call it.
  var name: String { get }
  /// What shares a circuit breaker and a limit: the host that is called.
  var place: String { get }

  /// - Throws: `AIFailure`.
  func complete(_ order: CompletionOrder, within limit: Duration) async throws -> Completion

  /// - Throws: `AIFailure`.
  func image(_ order: PictureOrder, within limit: Duration) async throws -> Picture

  /// Asks as little as possible with the stored key.
  /// - Throws: `AIFailure`.
  func probe(within limit: Duration) async throws
}

/// What a language model is asked.
struct CompletionOrder: Sendable, Equatable {
  struct Turn: Sendable, Equatable {
    enum Speaker: String, Sendable { case system, user, assistant }

    let speaker: Speaker
    let text: String
  }

  let model: String
  var turns: [Turn]
  /// A name of letters and `_` for the schema.
  let schemaName: String
  /// JSON schema of the answer, as text.
  let schema: String
}

/// What it answered.
struct Completion: Sendable, Equatable {
  enum End: Sendable, Equatable {
    case finished
    /// The model ran out of room.
    case cutOff
    /// The model would not do it.
    case declined
  }

  let text: String
  let end: End
  let tokensInput: Int64
  let tokensOutput: Int64
}

/// What a picture model is asked.
struct PictureOrder: Sendable, Equatable {
  let model: String
  let prompt: String
  let width: Int
  let height: Int
}

struct Picture: Sendable, Equatable {
  let bytes: [UInt8]
  let tokensInput: Int64
  let tokensOutput: Int64
}
