import CommonContract
import Events
import Kernel
import PlannerContract
import Postgres
import RPC
import Resources
import WriterContract

/// Ideas: the resource, and their way to the writer.
struct IdeaHandlers: Sendable {
  /// Most ideas that one call may queue.
  private static let mostIdeas = 1_000

  let planning: Planning
  let writer: any RPCCaller

  func register(in routes: inout RPCRoutes) throws {
    try PlannerResources.ideas.routes(
      &routes, database: planning.database, time: planning.time, hooks: hooks,
      ResourceMethods(
        list: IdeasMethods.listIdeas, retrieve: IdeasMethods.getIdea,
        create: IdeasMethods.createIdea, update: IdeasMethods.updateIdea,
        delete: IdeasMethods.deleteIdea, bulkDelete: IdeasMethods.bulkDeleteIdeas,
        bulkUpdate: IdeasMethods.bulkUpdateIdeas))
    routes.answer(IdeasMethods.queueIdeas, queue)
  }

  private var hooks: ResourceHooks {
    var hooks = ResourceHooks()
    hooks.check = { change, values, call in
      guard case .create = change else { return }
      try await planning.places.check(
        site: values.int("site_id"), sector: values.int("sector_id"), call)
    }
    hooks.before = { change, values, call, transaction in
      try await checkCluster(
        values, change, IdeaQueries.misplaced, in: transaction, of: call.requireAccount())
    }
    hooks.after = { change, values, call, transaction in
      guard case .create(let id) = change else { return }
      let message = PlannerEvents.created(
        idea: id, title: values.text("title") ?? "", cluster: values.int("cluster_id"),
        site: values.int("site_id") ?? 0, sector: values.int("sector_id") ?? 0,
        of: try call.requireAccount())
      Outbox.add(message, in: transaction)
    }
    hooks.committed = planning.messagesWaiting
    return hooks
  }

  // MARK: To the writer

  /// The writer makes one task an idea however often it is asked, so that a call that was cut off
  /// between the two services is simply made again.
  private func queue(
    _ request: Common.IdsRequest, _ call: IncomingCall
  ) async throws -> Planner.QueueIdeasReply {
    guard !request.ids.isEmpty else { throw RPCError(required: "ids") }
    guard request.ids.count <= Self.mostIdeas else {
      throw RPCError(field: "ids", "Ensure this field has no more than \(Self.mostIdeas) elements")
    }
    let rows = try await planning.run(
      IdeaQueries.toQueue, [.ints(request.ids), call.reach], for: call)
    guard !rows.isEmpty else { throw RPCError.missing }
    var (ideas, skipped): ([Writer.IdeaForTask], [Int64]) = ([], [])
    for row in rows {
      if try row.optionalInt(1) != nil {
        skipped.append(try row.int(0))
      } else {
        ideas.append(try Writer.IdeaForTask(row: row))
      }
    }
    let tasks = ideas.isEmpty ? [] : try await makeTasks(of: ideas, call)
    return Planner.QueueIdeasReply(
      created: Int64(tasks.count { $0.created }), taskIDs: tasks.map(\.taskID),
      skippedIDs: skipped)
  }

  private func makeTasks(
    of ideas: [Writer.IdeaForTask], _ call: IncomingCall
  ) async throws -> [Writer.QueuedTask] {
    let tasks = try await WritingClient(writer).queueTasks(
      Writer.QueueTasksRequest(ideas: ideas), call.outgoingInternal(timeout: .seconds(25))
    ).tasks
    _ = try await planning.run(
      IdeaQueries.markScheduled,
      [
        .ints(tasks.map(\.ideaID)), .ints(tasks.map(\.taskID)), .instant(planning.time.now()),
      ], for: call)
    return tasks
  }
}

extension Writer.IdeaForTask {
  /// A row of `planner.idea.to_queue`.
  init(row: Row) throws {
    self.init(
      ideaID: try row.int(0), siteID: try row.int(2), sectorID: try row.int(3),
      clusterID: try row.optionalInt(4), title: try row.text(5), description: try row.text(6),
      outline: try row.json(7), contentType: try row.text(8),
      contentStructure: try row.text(9), keywords: try row.texts(10),
      wordCountTarget: try row.int(11), clusterName: try row.text(12))
  }
}
