import CommonContract
import Kernel
import Logging
import Metering
import Postgres
import RPC
import RPCTestKit
import TestKit
import WriterContract

@testable import WriterService

/// The writer over a database of its own, with neighbours that stand in for the other services.
struct WriterWorld: Sendable {
  let test: TestDatabase
  let time = ManualTime(now: Instant(CivilDate(year: 2026, month: 3, day: 10)))
  let neighbours = Neighbours()
  let service: WriterService

  static func make() async throws -> WriterWorld {
    try await WriterWorld(
      test: TestDatabase.make(
        schema: WriterMigrations.schema, migrations: WriterMigrations.all))
  }

  private init(test: TestDatabase) throws {
    self.test = test
    service = try WriterService(
      settings: WriterSettings(), database: test.database,
      services: .init(
        auth: InProcessTransport(neighbours.auth),
        billing: InProcessTransport(neighbours.billing, time: time),
        integration: InProcessTransport(neighbours.integration)),
      time: time, log: quietLog)
  }

  var database: Database { test.database }
  private var transport: InProcessTransport { InProcessTransport(service.routes) }
  var tasks: TasksClient { TasksClient(transport) }
  var contents: ContentsClient { ContentsClient(transport) }
  var images: ImagesClient { ImagesClient(transport) }
  var writing: WritingClient { WritingClient(transport) }

  func call(
    as role: Role = .systemBot, actor: CallContext.Actor = .service, account: Int64 = 1,
    sites: [Int64]? = nil, key: String? = nil
  ) -> OutgoingCall {
    var context = CallContext(
      requestID: "test", actor: actor, account: AccountID(account), user: UserID(5), role: role)
    context.sites = sites.map { $0.map { SiteID($0) } }
    return OutgoingCall(
      context: context, deadline: Deadline(in: .seconds(300), of: RealTime()),
      idempotencyKey: key)
  }

  /// A person who may write.
  func editor(account: Int64 = 1, sites: [Int64]? = nil) -> OutgoingCall {
    call(as: .editor, actor: .user, account: account, sites: sites)
  }

  // MARK: Steps

  func queue(_ idea: Int64 = 7, account: Int64 = 1) async throws -> Writer.QueuedTask {
    let reply = try await writing.queueTasks(
      Writer.QueueTasksRequest(ideas: [
        Writer.IdeaForTask(
          ideaID: idea, siteID: 10, sectorID: 20, clusterID: 3, title: "Green Tea",
          description: "All about it", outline: #"[{"heading":"One","brief":"b"}]"#,
          contentType: "article", contentStructure: "guide", keywords: ["green tea"],
          wordCountTarget: 500, clusterName: "Tea")
      ]), call(account: account))
    guard let task = reply.tasks.first else { throw RPCError(.internal, "nothing was queued") }
    return task
  }

  /// What a stage of site 10 would work on.
  func items(_ stage: Int32) async throws -> [Int64] {
    try await writing.listStageItems(.init(siteID: 10, stage: stage), call()).items.map(\.id)
  }

  /// The last item of a piece of work.
  func finish(
    _ items: RPCItems<Common.ProgressItem>
  ) async throws -> Common.ProgressItem {
    var last = Common.ProgressItem()
    for try await item in items { last = item }
    return last
  }

  func write(_ task: Int64, key: String = "k") async throws -> Common.ProgressItem {
    try await finish(
      writing.generateContent(Common.IdRequest(id: task), call(key: key)))
  }

  /// A generated article with a featured and one further picture, both made.
  func article() async throws -> Writer.Content {
    let task = try await queue()
    _ = try await write(task.taskID)
    let id = try await number("SELECT max(id) FROM contents")
    _ = try await finish(
      writing.generateImagePrompts(Common.IdRequest(id: id), call(key: "p")))
    for image in try await contents.getContent(Common.IdRequest(id: id), call()).images {
      _ = try await finish(
        writing.generateImage(.init(id: image.id), call(key: "i\(image.id)")))
    }
    return try await contents.getContent(Common.IdRequest(id: id), call())
  }

  func number(_ sql: String) async throws -> Int64 {
    try await database.run(Statement("test.number", sql), in: .allAccounts).one().int(0)
  }
}

/// What a call is refused with; nil when it is not.
func refusal(_ call: () async throws -> Void) async -> RPCError? {
  do { try await call() } catch { return error as? RPCError }
  return nil
}
