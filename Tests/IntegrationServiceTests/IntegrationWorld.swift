import AuthContract
import Cryptography
import IntegrationContract
import Kernel
import NIOPosix
import Postgres
import RPC
import RPCTestKit
import TestKit
import WriterContract

@testable import IntegrationService

/// The integration service over a database of its own, with a provider and neighbours that pretend.
struct IntegrationWorld: Sendable {
  let test: TestDatabase
  let provider: FakeProvider
  let time = ManualTime(now: Instant(CivilDate(year: 2026, month: 3, day: 10)))
  let neighbours = Neighbours()
  let log = CapturedLog()
  let service: IntegrationService

  static let key = "sk-live-0123456789abcdefWXYZ"

  /// A world for one test, taken down afterwards.
  static func run(
    _ configure: (inout IntegrationSettings) -> Void = { _ in },
    _ body: (IntegrationWorld) async throws -> Void
  ) async throws {
    let world = try await IntegrationWorld(
      test: TestDatabase.make(
        schema: IntegrationMigrations.schema, migrations: IntegrationMigrations.all),
      provider: FakeProvider.start(), configure)
    do {
      try await body(world)
    } catch {
      await world.close()
      throw error
    }
    await world.close()
  }

  private init(
    test: TestDatabase, provider: FakeProvider,
    _ configure: (inout IntegrationSettings) -> Void
  ) throws {
    (self.test, self.provider) = (test, provider)
    var settings = IntegrationSettings()
    settings.secretKeys = try SecretKeys(
      parsing: "one:" + String(repeating: "ab", count: SecretKeys.keyBytes))
    settings.outbound.allowedHosts = ["127.0.0.1"]
    configure(&settings)
    service = try IntegrationService(
      settings: settings, database: test.database, auth: InProcessTransport(neighbours.auth),
      writer: InProcessTransport(neighbours.writer),
      loops: MultiThreadedEventLoopGroup.singleton, time: time, chance: SeededChance(seed: 1),
      log: log.logger)
  }

  private func close() async {
    await service.close()
    await provider.stop()
  }

  var database: Database { test.database }
  private var transport: InProcessTransport { InProcessTransport(service.routes) }
  /// The AI functions; their deadlines are on the world's clock.
  var ai: AIClient { AIClient(InProcessTransport(service.routes, time: time)) }
  var thinker: ThinkerClient { ThinkerClient(transport) }
  var providers: ProvidersClient { ProvidersClient(transport) }
  var publishing: PublishingClient { PublishingClient(transport) }

  func context(
    as role: Role, actor: CallContext.Actor, account: Int64, sites: [Int64]? = nil
  ) -> CallContext {
    var context = CallContext(
      requestID: "test", actor: actor, account: AccountID(account), user: UserID(5), role: role)
    context.sites = sites.map { $0.map { SiteID($0) } }
    return context
  }

  /// A person.
  func person(
    _ role: Role = .owner, account: Int64 = 1, sites: [Int64]? = nil
  ) -> OutgoingCall {
    OutgoingCall(
      context: context(as: role, actor: .user, account: account, sites: sites),
      deadline: Deadline(in: .seconds(300), of: RealTime()))
  }

  /// A job, with a deadline on the machine's clock.
  func job(account: Int64 = 1) -> OutgoingCall {
    OutgoingCall(
      context: context(as: .systemBot, actor: .job, account: account),
      deadline: Deadline(in: .seconds(300), of: RealTime()))
  }

  /// A job, with a deadline on the world's clock.
  func work(account: Int64 = 1, within limit: Duration = .seconds(150)) -> OutgoingCall {
    OutgoingCall(
      context: context(as: .systemBot, actor: .job, account: account),
      deadline: Deadline(in: limit, of: time))
  }

  // MARK: Steps

  /// The account uses the fake provider from now on.
  func useProvider(
    _ kind: String = "openai_compatible", model: String? = "gpt-4o-mini",
    imageModel: String? = nil, account: Int64 = 1
  ) async throws {
    _ = try await providers.saveProviderSettings(
      Integration.SaveProviderSettingsRequest(
        provider: kind, apiKey: Self.key, baseURL: provider.url, model: model,
        imageModel: imageModel, isActive: true), person(account: account))
  }

  static let assignment = Integration.Assignment(
    holdID: 7, taskID: "job-1", siteID: 10, sectorID: 20, siteName: "Tea Site",
    sectorName: "Green tea")

  static let keywords = ["green tea", "matcha", "car tyres"].enumerated().map {
    Integration.KeywordInput(id: Int64($0.offset + 1), keyword: $0.element, volume: 100)
  }

  func cluster(
    _ call: OutgoingCall? = nil
  ) async throws -> Integration.ClusterKeywordsReply {
    try await ai.clusterKeywords(
      Integration.ClusterKeywordsRequest(
        assignment: Self.assignment, keywords: Self.keywords), call ?? work())
  }

  func write(
    words: Int64 = 600, author: Int64? = nil
  ) async throws -> Integration.GenerateContentReply {
    try await ai.generateContent(
      Integration.GenerateContentRequest(
        assignment: Self.assignment, title: "Green Tea", clusterName: "Tea",
        keywords: ["green tea", "matcha"],
        outline: [Integration.OutlineSection(heading: "Leaves", brief: "Kinds of leaves")],
        contentStructure: "guide", wordCountTarget: words, authorProfileID: author), work())
  }

  /// Does a piece of work while time passes over so many waits between tries.
  func passing<Result: Sendable>(
    _ waits: Int, each: Duration = .seconds(4),
    _ work: @Sendable @escaping () async throws -> Result
  ) async throws -> Result {
    async let result = work()
    for _ in 0..<waits {
      // One is the deadline, the other the wait.
      await time.waitForSleepers(2)
      time.advance(by: each)
    }
    return try await result
  }

  /// A line of the log of AI work.
  struct LogRow: Equatable {
    var code: String?
    var tries: Int64
    var input: Int64
    var output: Int64
    var cost: Int64
    var isRepaired = false
    var isAskedAgain = false
  }

  func logRows() async throws -> [LogRow] {
    let statement = Statement(
      "test.logs",
      """
      SELECT error_code, tries, tokens_input, tokens_output, cost_micros, was_repaired,
        was_asked_again FROM ai_task_logs ORDER BY id
      """)
    return try await database.run(statement, in: .allAccounts).map { row in
      LogRow(
        code: try row.optionalText(0), tries: try row.int(1), input: try row.int(2),
        output: try row.int(3), cost: try row.int(4), isRepaired: try row.bool(5),
        isAskedAgain: try row.bool(6))
    }
  }

  /// Everything that a table keeps, as text.
  func dump(_ table: String) async throws -> String {
    try await database.run(
      Statement("test.dump", "SELECT coalesce(json_agg(t)::text, '') FROM \(table) t"),
      in: .allAccounts
    ).one().text(0)
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

extension RPCError {
  /// The messages of a field.
  subscript(_ field: String) -> [String]? {
    details.fields.first { $0.name == field }?.messages
  }
}
