import AuthContract
import CommonContract
import IntegrationContract
import IntegrationCore
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Who writes, and how.
let authorProfiles = Resource<Integration.AuthorProfile>(
  "integration.author_profiles", table: "author_profiles",
  columns: [
    .text("name", .required, maxLength: 200), .text("description", maxLength: 5_000),
    .text("tone", maxLength: 100), .text("language", maxLength: 35),
    .json("structure_template", maxLength: 50_000), .bool("is_active", default: true),
  ],
  filters: [.equal("is_active")], search: ["name", "description"],
  orderings: ["name", "created_at", "updated_at"],
  constraints: [
    .unique("author_profiles_name", field: "name", "A profile with this name exists already")
  ])

/// Prompts of a sector, which go before those of the account while they are active.
let strategies = Resource<Integration.Strategy>(
  "integration.strategies", table: "strategies",
  columns: [
    .text("name", .required, maxLength: 200), .text("description", maxLength: 5_000),
    .int("sector_id", .nullable), .json("prompt_types", maxLength: 200_000),
    .json("section_logic", maxLength: 50_000), .bool("is_active", default: false),
  ],
  filters: [.equal("sector_id"), .equal("is_active")], search: ["name", "description"],
  orderings: ["name", "created_at", "updated_at"],
  constraints: [
    .unique("strategies_name", field: "name", "A strategy with this name exists already"),
    .unique("strategies_active", field: "is_active", "Another strategy became active meanwhile"),
  ])

/// Author profiles and strategies.
struct ThinkerResources: Sendable {
  let database: Database
  let auth: TenancyClient
  let time: any TimeSource

  func register(in routes: inout RPCRoutes) throws {
    try authorProfiles.routes(
      &routes, database: database, time: time,
      ResourceMethods(
        list: ThinkerMethods.listAuthorProfiles, retrieve: ThinkerMethods.getAuthorProfile,
        create: ThinkerMethods.createAuthorProfile, update: ThinkerMethods.updateAuthorProfile,
        delete: ThinkerMethods.deleteAuthorProfile))
    try strategies.routes(
      &routes, database: database, time: time, hooks: strategyHooks,
      ResourceMethods(
        list: ThinkerMethods.listStrategies, retrieve: ThinkerMethods.getStrategy,
        create: ThinkerMethods.createStrategy, update: ThinkerMethods.updateStrategy,
        delete: ThinkerMethods.deleteStrategy))
  }

  private var strategyHooks: ResourceHooks {
    var hooks = ResourceHooks()
    hooks.check = { _, values, call in
      if let text = Self.json(values["prompt_types"]) { try Self.checkPrompts(text) }
      if let sector = values.int("sector_id") { try await checkSector(sector, call) }
    }
    hooks.before = { change, values, call, transaction in
      try await makeRoom(for: change, values, call, transaction)
    }
    return hooks
  }

  private func checkSector(_ sector: Int64, _ call: IncomingCall) async throws {
    do {
      _ = try await auth.getSector(
        Common.IdRequest(id: sector), call.outgoing(timeout: .seconds(5)))
    } catch let error as RPCError where error.code == .notFound {
      throw RPCError(field: "sector_id", "Invalid sector")
    }
  }

  /// A strategy that becomes active takes the place of the one that was.
  private func makeRoom(
    for change: ResourceChange, _ values: ResourceValues, _ call: IncomingCall,
    _ transaction: Transaction
  ) async throws {
    if case .delete = change { return }
    let account = try call.requireAccount()
    var sector = values["sector_id"] ?? .null
    var becomesActive = values.bool("is_active") ?? false
    if let id = change.ids.first, id != 0 {
      let rows = try await transaction.run(
        ThinkerQueries.strategyPlace, [.id(account), .int(id)])
      guard let row = rows.first else { return }
      if values["sector_id"] == nil { sector = .int(try row.optionalInt("sector_id")) }
      if values["is_active"] == nil { becomesActive = try row.bool("is_active") }
    }
    guard becomesActive else { return }
    _ = try await transaction.run(
      ThinkerQueries.standDown,
      [.id(account), sector, .int(change.ids.first ?? 0), .instant(time.now())])
  }

  private static func json(_ value: SQLValue?) -> String? {
    switch value {
    case .json(let text), .text(let text): text
    default: nil
    }
  }

  /// `{"content_generation": "prompt text", …}`, each text fit for its type.
  static func checkPrompts(_ text: String) throws {
    guard case .object(let members)? = try? JSONValue(parsing: text, strictly: true) else {
      throw RPCError(field: "prompt_types", "Must be a JSON object")
    }
    var faults: [String] = []
    for member in members {
      guard let type = PromptType(rawValue: member.name), let text = member.value.string else {
        faults.append("\(member.name.prefix(50)): Invalid prompt type")
        continue
      }
      faults += PromptTemplate(type: type, text: text).problems.map {
        "\(type.rawValue): \($0.sentence)"
      }
    }
    guard faults.isEmpty else {
      throw RPCError(invalid: [FieldError(name: "prompt_types", messages: faults)])
    }
  }
}
