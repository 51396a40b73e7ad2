import Events
import Kernel
import Postgres
import RPC
import Resources
import WriterContract

/// Turns ideas into tasks.
struct QueueHandlers: Sendable {
  let library: Library
  let wake: @Sendable () -> Void

  /// Most ideas in one request.
  private static let mostIdeas = 1_000

  func register(in routes: inout RPCRoutes) {
    routes.answer(WritingMethods.queueTasks, queue)
  }

  private func queue(
    _ request: Writer.QueueTasksRequest, _ call: IncomingCall
  ) async throws -> Writer.QueueTasksReply {
    guard request.ideas.count <= Self.mostIdeas else {
      throw RPCError(
        field: "ideas", "Ensure this field has no more than \(Self.mostIdeas) elements")
    }
    for idea in request.ideas { try call.mustSee(site: idea.siteID) }
    let account = try call.requireAccount()
    let now = library.time.now()
    let tasks = try await library.change(call) { transaction in
      var tasks: [Writer.QueuedTask] = []
      // By idea, so that two requests with the same ideas do not wait for each other in a circle.
      let sorted = request.ideas.sorted { $0.ideaID < $1.ideaID }
      let added = try await transaction.runAll(
        sorted.map { (TaskQueries.queue, [.id(account)] + $0.bindings + [.instant(now)]) })
      var messages: [OutboxMessage] = []
      for (idea, rows) in zip(sorted, added) {
        if let row = rows.first {
          let id = try row.int(0)
          messages.append(
            WriterEvent.taskCreated(
              id, account: account, site: idea.siteID, sector: idea.sectorID, title: idea.title))
          tasks.append(Writer.QueuedTask(ideaID: idea.ideaID, taskID: id, created: true))
        } else {
          let row = try await transaction.run(
            TaskQueries.byIdea, [.id(account), .int(idea.ideaID)]
          ).one()
          tasks.append(Writer.QueuedTask(ideaID: idea.ideaID, taskID: try row.int(0)))
        }
      }
      Outbox.add(messages, in: transaction)
      return tasks
    }
    wake()
    let place = Dictionary(
      request.ideas.enumerated().map { ($1.ideaID, $0) }, uniquingKeysWith: min)
    return Writer.QueueTasksReply(
      tasks: tasks.sorted { place[$0.ideaID, default: 0] < place[$1.ideaID, default: 0] })
  }
}

extension Writer.IdeaForTask {
  /// The words that a task is asked to have when its idea says nothing.
  private static let defaultWords: Int64 = 1_000

  /// As `TaskQueries.queue` takes them, behind the account and before the time.
  fileprivate var bindings: [SQLValue] {
    [
      .int(siteID), .int(sectorID), .int(ideaID), .int(clusterID), .text(clusterName),
      .text(title), .text(description), .json(outline.isEmpty ? "[]" : outline),
      .text(contentType.isEmpty ? "blog_post" : contentType), .text(contentStructure),
      .texts(keywords),
      .int(wordCountTarget == 0 ? Self.defaultWords : min(max(wordCountTarget, 100), 10_000)),
    ]
  }
}
