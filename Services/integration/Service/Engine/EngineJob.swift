import IntegrationContract
import IntegrationCore
import Kernel
import RPC

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
      throw RPCError.lacking("assignment.hold_id")
    }
    (self.function, self.assignment, self.author) = (function, assignment, author)
    (deadline, tally) = (call.deadline, Tally())
  }
}
