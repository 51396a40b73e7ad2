import IntegrationContract
import IntegrationCore
import Kernel
import RPC
import Synchronization

/// The functions that are logged and paid.
enum EngineFunction: String, Sendable, CaseIterable {
  case cluster = "auto_cluster"
  case ideas = "generate_ideas"
  case content = "generate_content"
  case imagePrompts = "generate_image_prompts"
  case image = "generate_images"
}

/// One run of a function: for whom, until when, and what it has used so far.
struct EngineJob: Sendable {
  let function: EngineFunction
  let account: AccountID
  let assignment: Integration.Assignment
  let deadline: Deadline
  let tally: Tally
  let author: AuthorVoice?

  init(
    _ function: EngineFunction, _ assignment: Integration.Assignment?, _ call: IncomingCall,
    author: AuthorVoice? = nil
  ) throws {
    account = try call.requireAccount()
    guard let assignment, assignment.holdID > 0 else {
      throw RPCError(
        invalid: [FieldError(name: "assignment.hold_id", messages: ["This field is required"])])
    }
    (self.function, self.assignment, self.author) = (function, assignment, author)
    (deadline, tally) = (call.deadline, Tally())
  }
}

/// How an author profile wants things to be written.
struct AuthorVoice: Sendable, Equatable {
  var tone = ""
  var language = ""
  var style = ""
  /// JSON.
  var structure = "{}"
}

/// What a run has used; kept apart from its result, because failed runs use things too.
final class Tally: Sendable {
  struct Spent: Sendable, Equatable {
    var tokensInput: Int64 = 0
    var tokensOutput: Int64 = 0
    /// Millionths of a US dollar.
    var costMicros: Int64 = 0
    var tries: Int64 = 0
    var wasRepaired = false
    var wasAskedAgain = false
    var promptVersion: Int64 = 0
  }

  private let spent = Mutex(Spent())

  var now: Spent { spent.withLock { $0 } }

  func note(_ change: @Sendable (inout Spent) -> Void) { spent.withLock { change(&$0) } }
}
