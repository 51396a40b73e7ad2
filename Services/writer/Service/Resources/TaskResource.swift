import Events
import JSON
import Postgres
import RPC
import Resources
import WriterContract

/// Tasks: pieces of content to be written.
struct TaskResource: Sendable {
  let places: Places
  let wake: @Sendable () -> Void

  static let statuses = [
    "pending", "queued", "in_progress", "review", "completed", "failed", "archived",
  ]

  static let declaration = Resource<Writer.Task>(
    "writer.tasks", table: "tasks",
    columns: [
      .int("site_id", .required), .int("sector_id", .required),
      .text("title", .required, maxLength: 500),
      .text("description", maxLength: 20_000, default: ""),
      .int("cluster_id", .nullable), .int("idea_id", .nullable),
      .text("content_type", maxLength: 50, default: "blog_post"),
      .text("content_structure", maxLength: 50, default: ""),
      .texts("keywords", maxItems: 100, maxLength: 255),
      .int("word_count_target", min: 100, max: 10_000, default: 1_000),
      .timestamp("due_date", .nullable),
      .enumeration(
        "status", statuses, aliases: ["draft": "pending"], default: "pending",
        message: "Invalid status value"),
      .text("error", .readOnly, .nullable),
    ],
    derived: [
      .sql("content_id", TaskQueries.contentOfTask("id")),
      .sql("word_count", TaskQueries.contentOfTask("word_count")),
    ],
    filters: [
      .equal("site_id"), .equal("sector_id"), .equal("status"), .equal("cluster_id"),
      .equal("idea_id"), .equal("content_type"), .equal("content_structure"),
    ],
    search: ["title", "description"],
    orderings: ["title", "status", "word_count_target", "created_at", "updated_at"],
    defaultOrdering: "-created_at,-id",
    constraints: [
      .unique("tasks_idea", field: "idea_id", "The idea has a task already")
    ],
    siteColumn: "site_id")

  func register(in routes: inout RPCRoutes, _ library: Library) throws {
    var hooks = ResourceHooks()
    hooks.check = { [places] change, values, call in
      if case .update = change, values["status"] != nil { values["error"] = .null }
      guard case .create = change, let site = values.int("site_id") else { return }
      try await places.check(site: site, sector: values.int("sector_id"), call)
    }
    hooks.after = { change, values, call, transaction in
      if case .delete(let ids) = change, !ids.isEmpty {
        Outbox.add(
          WriterEvent.deleted(tasks: ids, account: try call.requireAccount()), in: transaction)
      }
      guard case .create(let id) = change else { return }
      Outbox.add(
        WriterEvent.taskCreated(
          id, account: try call.requireAccount(), site: values.int("site_id") ?? 0,
          sector: values.int("sector_id") ?? 0, title: values.text("title") ?? ""),
        in: transaction)
    }
    hooks.committed = wake
    try Self.declaration.routes(
      &routes, database: library.database, time: library.time, hooks: hooks,
      ResourceMethods(
        list: TasksMethods.listTasks, retrieve: TasksMethods.getTask,
        create: TasksMethods.createTask, update: TasksMethods.updateTask,
        delete: TasksMethods.deleteTask, bulkDelete: TasksMethods.bulkDeleteTasks,
        bulkUpdate: TasksMethods.bulkUpdateTasks))
  }
}
