import NIOCore
import CommonContract
import Kernel
import PlannerContract
import Postgres
import Protobuf
import RPC
import Resources
import Synchronization
import TestKit

let migrations = [
  Migration(
    number: 1, name: "keywords",
    sql: """
      CREATE TABLE clusters (
        account_id bigint NOT NULL,
        id bigint GENERATED ALWAYS AS IDENTITY,
        name text NOT NULL,
        CONSTRAINT clusters_pkey PRIMARY KEY (account_id, id)
      );
      \(RowSecurity.enable("clusters"))
      CREATE TABLE keywords (
        account_id bigint NOT NULL,
        id bigint GENERATED ALWAYS AS IDENTITY,
        site_id bigint NOT NULL,
        sector_id bigint NOT NULL,
        keyword text NOT NULL,
        volume bigint NOT NULL DEFAULT 0 CONSTRAINT keywords_volume CHECK (volume <> 666),
        difficulty integer NOT NULL DEFAULT 0,
        intent text NOT NULL DEFAULT 'informational',
        status text NOT NULL DEFAULT 'active',
        seed_keyword_id bigint,
        cluster_id bigint,
        outlier_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT keywords_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT keywords_text UNIQUE (account_id, sector_id, keyword),
        CONSTRAINT keywords_cluster FOREIGN KEY (account_id, cluster_id) REFERENCES clusters
      );
      \(RowSecurity.enable("keywords"))
      """)
]

let keywords = Resource<Planner.Keyword>(
  "planner.keywords", table: "keywords",
  columns: [
    .int("site_id", .required), .int("sector_id", .required),
    .text("keyword", .required, maxLength: 20),
    .int("volume", min: 0, max: 1_000_000, default: 0),
    .int("difficulty", min: 0, max: 100),
    .enumeration(
      "intent", ["informational", "navigational", "transactional", "commercial"],
      message: "Invalid intent"),
    .enumeration(
      "status", ["active", "inactive", "archived"],
      aliases: ["pending": "active", "mapped": "active"], default: "active",
      message: "Invalid status value"),
    .int("seed_keyword_id", .nullable), .int("cluster_id", .nullable),
    .timestamp("outlier_at", .nullable, .readOnly),
  ],
  derived: [
    .sql(
      "cluster_name",
      "SELECT c.name FROM clusters c WHERE c.account_id = t.account_id AND c.id = t.cluster_id")
  ],
  filters: [
    .equal("site_id"), .equal("sector_id"), .equal("status"), .equal("intent"),
    .equal("cluster_id"), .isSet("clustered", "cluster_id"), .range("difficulty"),
    .range("volume"),
  ],
  search: ["keyword"], orderings: ["keyword", "volume", "difficulty", "created_at"],
  constraints: [
    .unique("keywords_text", field: "keyword", "This keyword is already in the sector"),
    .reference("keywords_cluster", field: "cluster_id", "Invalid cluster"),
    .check("keywords_volume", field: "volume", "Not this number"),
  ],
  siteColumn: "site_id")

let methods = ResourceMethods(
  list: KeywordsMethods.listKeywords, retrieve: KeywordsMethods.getKeyword,
  create: KeywordsMethods.createKeyword, update: KeywordsMethods.updateKeyword,
  delete: KeywordsMethods.deleteKeyword, bulkDelete: KeywordsMethods.bulkDeleteKeywords,
  bulkUpdate: KeywordsMethods.bulkUpdateKeywords)

let mine = AccountID(7)
let other = AccountID(8)

/// The keywords of an account over a fresh database.
struct World: Sendable {
  let postgres: TestDatabase
  let time = ManualTime()
  let routes: RPCRoutes

  var database: Database { postgres.database }

  static func make(hooks: ResourceHooks = ResourceHooks()) async throws -> World {
    let postgres = try await TestDatabase.make(schema: "planner", migrations: migrations)
    return try World(postgres, hooks)
  }

  private init(_ postgres: TestDatabase, _ hooks: ResourceHooks) throws {
    self.postgres = postgres
    var routes = RPCRoutes()
    try keywords.routes(
      &routes, database: postgres.database, time: time, hooks: hooks, methods)
    self.routes = routes
  }

  func call(
    as account: AccountID = mine, role: Role = .owner, sites: [Int64]? = nil
  ) -> IncomingCall {
    let context = CallContext(
      requestID: "test", actor: .user, account: account, user: UserID(1), role: role,
      sites: sites?.map { SiteID($0) })
    return IncomingCall(
      context: context, deadline: Deadline(in: .seconds(300), of: RealTime()), time: RealTime())
  }

  /// Calls a method's handler with the request's bytes and reads the answer's.
  func ask<Request, Reply>(
    _ method: Method<Request, Reply>, _ request: Request, _ call: IncomingCall
  ) async throws -> Reply {
    guard case .unary(let handler) = routes.routes[method.info.number]?.handler else {
      throw RPCError(.unimplemented, "no such route")
    }
    let reply = try await handler(.init(bytes: request.encoded()), call)
    return try Reply(decoding: Array(reply.packed().readableBytesView))
  }

  // MARK: the methods

  func list(
    _ request: Planner.ListKeywordsRequest = .init(), _ call: IncomingCall? = nil
  ) async throws -> Planner.ListKeywordsReply {
    try await ask(KeywordsMethods.listKeywords, request, call ?? self.call())
  }

  /// The texts that a list gives.
  func texts(
    _ request: Planner.ListKeywordsRequest = .init(), _ call: IncomingCall? = nil
  ) async throws -> [String] {
    try await list(request, call).results.map(\.keyword)
  }

  func get(_ id: Int64, _ call: IncomingCall? = nil) async throws -> Planner.Keyword {
    try await ask(KeywordsMethods.getKeyword, .init(id: id), call ?? self.call())
  }

  @discardableResult
  func create(
    _ request: Planner.CreateKeywordRequest, _ call: IncomingCall? = nil
  ) async throws -> Planner.Keyword {
    try await ask(KeywordsMethods.createKeyword, request, call ?? self.call())
  }

  @discardableResult
  func add(
    _ text: String, site: Int64 = 1, volume: Int64? = nil, difficulty: Int64? = nil,
    status: String? = nil, cluster: Int64? = nil, _ call: IncomingCall? = nil
  ) async throws -> Int64 {
    try await create(
      .init(
        keyword: text, siteID: site, sectorID: 10, volume: volume, difficulty: difficulty,
        status: status, clusterID: cluster), call
    ).id
  }

  @discardableResult
  func update(
    _ request: Planner.UpdateKeywordRequest, _ call: IncomingCall? = nil
  ) async throws -> Planner.Keyword {
    try await ask(KeywordsMethods.updateKeyword, request, call ?? self.call())
  }

  func delete(_ id: Int64, _ call: IncomingCall? = nil) async throws {
    _ = try await ask(KeywordsMethods.deleteKeyword, .init(id: id), call ?? self.call())
  }

  func bulkDelete(_ ids: [Int64], _ call: IncomingCall? = nil) async throws -> Common.BulkReply {
    try await ask(KeywordsMethods.bulkDeleteKeywords, .init(ids: ids), call ?? self.call())
  }

  func bulkUpdate(
    _ ids: [Int64], status: String, _ call: IncomingCall? = nil
  ) async throws -> Common.BulkReply {
    try await ask(
      KeywordsMethods.bulkUpdateKeywords, .init(ids: ids, status: status), call ?? self.call())
  }

  /// A cluster of an account, made behind the resource's back.
  func addCluster(_ name: String, of account: AccountID = mine) async throws -> Int64 {
    let add = Statement(
      "test.cluster.add",
      "INSERT INTO clusters (account_id, name) VALUES ($1, $2) RETURNING id")
    let values: [SQLValue] = [.id(account), .text(name)]
    return try await database.run(add, values, in: .account(account)).one().int(0)
  }
}

/// The refusal that something ends in.
func refusal(_ body: () async throws -> some Any) async -> RPCError? {
  do { _ = try await body() } catch { return error as? RPCError }
  return nil
}

/// What a refusal says of a field.
extension RPCError {
  subscript(field: String) -> [String] {
    details.fields.first { $0.name == field }?.messages ?? []
  }
}
