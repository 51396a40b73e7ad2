import Kernel
import NIOCore
import Postgres
import Protobuf
import RPC

/// Does what a resource's methods ask for.
struct ResourceStore<Item: ContractMessage>: Sendable {
  typealias Condition = ListQuery.Condition

  let resource: Resource<Item>
  let database: Database
  let hooks: ResourceHooks
  let time: any TimeSource

  var sql: ResourceSQL {
    ResourceSQL(name: resource.name, table: resource.table, shape: resource.shape)
  }

  // MARK: reading

  /// A page of rows, how many there are in all (only counted where pages are numbered or begin),
  /// and where the next page by cursor begins.
  func list(
    _ query: ListQuery, of account: AccountID, deadline: Deadline?
  ) async throws -> (rows: Rows, count: Int64, next: Cursor?) {
    let values = [.id(account)] + query.conditions.compactMap(\.value)
    var statements: [(Statement, [SQLValue])] = [
      (statement(.list, query), values + query.pagingValues)
    ]
    let isCounted = query.cursor?.values.isEmpty ?? true
    if isCounted { statements.append((statement(.count, query), values)) }
    let answers = try await database.runAll(
      statements, in: .account(account), deadline: deadline)
    let rows = answers[0]
    let count = isCounted ? try answers[1].one().int(0) : 0
    guard query.paging == .cursor, rows.count == Int(query.limit), let last = rows.last else {
      return (rows, count, nil)
    }
    let selected = resource.shape.selected
    let next = try Cursor(after: last, query.orders) { selected[$0].isTimestamp }
    return (rows, count, next)
  }

  private func statement(_ verb: StatementCache.Verb, _ query: ListQuery) -> Statement {
    var parts = query.conditions.map(\.part)
    if verb == .list {
      parts += query.orders.map(\.part)
      parts.append(query.cursor.map { $0.values.isEmpty ? 3_001 : 3_002 } ?? 3_000)
    }
    return resource.statements.statement(.init(verb: verb, parts: parts)) {
      verb == .list ? sql.list(query) : sql.count(query)
    }
  }

  /// One row.
  /// - Throws: `RPCError` `.notFound`.
  func retrieve(_ id: Int64, _ call: IncomingCall) async throws -> Row {
    let conditions = conditions(id, call)
    let statement = cached(.retrieve, conditions) { sql.retrieve(conditions) }
    let account = try call.requireAccount()
    let rows = try await database.run(
      statement, values(account, conditions), in: .account(account), deadline: call.deadline)
    guard let row = rows.first else { throw RPCError.missing }
    return row
  }

  // MARK: changing

  func create(_ values: ResourceValues, _ call: IncomingCall) async throws -> Row {
    var values = values
    try checkSite(values, call)
    try await hooks.check?(.create(id: 0), &values, call)
    let account = try call.requireAccount()
    let row = try await change(call) { [values] in
      var values = values
      try await hooks.before?(.create(id: 0), &values, call, $0)
      try checkSite(values, call)
      let (statement, bound) = createStatement(values, account)
      let row = try await $0.run(statement, bound).one()
      try await hooks.after?(.create(id: try row.int(0)), values, call, $0)
      return row
    } plainly: { [values] in
      let (statement, bound) = createStatement(values, account)
      return try await database.run(
        statement, bound, in: .account(account), deadline: call.deadline
      ).one()
    }
    return row
  }

  private func createStatement(
    _ values: ResourceValues, _ account: AccountID
  ) -> (Statement, [SQLValue]) {
    let values = stamped(values, isNew: true)
    let names = values.names
    let statement = resource.statements.statement(
      .init(verb: .create, parts: [], names: names)
    ) { sql.create(names) }
    return (statement, [.id(account)] + names.map { values[$0] ?? .null })
  }

  func update(_ id: Int64, _ values: ResourceValues, _ call: IncomingCall) async throws -> Row {
    var values = values
    try checkSite(values, call)
    try await hooks.check?(.update(ids: [id]), &values, call)
    if values.isEmpty, hooks.isPlain { return try await retrieve(id, call) }
    let conditions = conditions(id, call)
    let account = try call.requireAccount()
    return try await change(call) { [values] in
      var values = values
      try await hooks.before?(.update(ids: [id]), &values, call, $0)
      let (statement, bound) = updateStatement(.update, values, conditions, account)
      guard let row = try await $0.run(statement, bound).first else { throw RPCError.missing }
      try await hooks.after?(.update(ids: [id]), values, call, $0)
      return row
    } plainly: { [values] in
      let (statement, bound) = updateStatement(.update, values, conditions, account)
      let rows = try await database.run(
        statement, bound, in: .account(account), deadline: call.deadline)
      guard let row = rows.first else { throw RPCError.missing }
      return row
    }
  }

  /// Changes the rows that are within reach, and gives their ids.
  func bulkUpdate(
    _ ids: [Int64], _ values: ResourceValues, _ call: IncomingCall
  ) async throws -> [Int64] {
    var values = values
    try checkSite(values, call)
    try await hooks.check?(.update(ids: ids), &values, call)
    guard !values.isEmpty else { return [] }
    let conditions = conditions(ids, call)
    let account = try call.requireAccount()
    return try await change(call) { [values] in
      var values = values
      try await hooks.before?(.update(ids: ids), &values, call, $0)
      let (statement, bound) = updateStatement(.bulkUpdate, values, conditions, account)
      let changed = try await $0.run(statement, bound).map { try $0.int(0) }
      try await hooks.after?(.update(ids: changed), values, call, $0)
      return changed
    } plainly: { [values] in
      let (statement, bound) = updateStatement(.bulkUpdate, values, conditions, account)
      return try await database.run(
        statement, bound, in: .account(account), deadline: call.deadline
      ).map { try $0.int(0) }
    }
  }

  private func updateStatement(
    _ verb: StatementCache.Verb, _ values: ResourceValues, _ conditions: [Condition],
    _ account: AccountID
  ) -> (Statement, [SQLValue]) {
    let values = stamped(values, isNew: false)
    let names = values.names
    let statement = resource.statements.statement(
      .init(verb: verb, parts: conditions.map(\.part), names: names)
    ) {
      verb == .update ? sql.update(names, conditions) : sql.bulkUpdate(names, conditions)
    }
    return (statement, self.values(account, conditions) + names.map { values[$0] ?? .null })
  }

  /// Deletes the rows that are within reach, and gives their ids.
  /// - Throws: `RPCError` `.notFound` when there is none and `isRequired`.
  func delete(
    _ ids: [Int64], isRequired: Bool, _ call: IncomingCall
  ) async throws -> [Int64] {
    let conditions = conditions(ids, call)
    let account = try call.requireAccount()
    let statement = cached(.delete, conditions) { sql.delete(conditions) }
    let bound = values(account, conditions)
    return try await change(call) {
      var none = ResourceValues()
      try await hooks.before?(.delete(ids: ids), &none, call, $0)
      let deleted = try await $0.run(statement, bound).map { try $0.int(0) }
      if isRequired, deleted.isEmpty { throw RPCError.missing }
      try await hooks.after?(.delete(ids: deleted), none, call, $0)
      return deleted
    } plainly: {
      let rows = try await database.run(
        statement, bound, in: .account(account), deadline: call.deadline)
      if isRequired, rows.isEmpty { throw RPCError.missing }
      return try rows.map { try $0.int(0) }
    }
  }

  // MARK: what they share

  /// Changes rows: in a transaction with the hooks, or by one statement where there are none.
  private func change<Result: Sendable>(
    _ call: IncomingCall, with hooked: (Transaction) async throws -> Result,
    plainly: () async throws -> Result
  ) async throws -> Result {
    do {
      let result: Result
      if hooks.isPlain {
        result = try await plainly()
      } else {
        result = try await database.transaction(
          in: .account(try call.requireAccount()), deadline: call.deadline,
          retrying: Self.mostRepeats, hooked)
      }
      hooks.committed?()
      return result
    } catch let error as PostgresError {
      if let refusal = resource.refusal(for: error) ?? error.rpcError { throw refusal }
      throw error
    }
  }

  /// Of a transaction that met others.
  private static var mostRepeats: Int { 3 }

  private func conditions(_ id: Int64, _ call: IncomingCall) -> [Condition] {
    [Condition(part: 0, sql: "t.id = $", value: .int(id))] + site(call)
  }

  private func conditions(_ ids: [Int64], _ call: IncomingCall) -> [Condition] {
    [Condition(part: 1, sql: "t.id = ANY ($::bigint[])", value: .ints(ids))] + site(call)
  }

  private func site(_ call: IncomingCall) -> [Condition] {
    guard let column = resource.siteColumn, let sites = call.context.sites else { return [] }
    return [.site(column, sites, part: 2)]
  }

  private func cached(
    _ verb: StatementCache.Verb, _ conditions: [Condition], compose: () -> Statement
  ) -> Statement {
    let shape = StatementCache.Shape(verb: verb, parts: conditions.map(\.part))
    return resource.statements.statement(shape, compose: compose)
  }

  private func values(_ account: AccountID, _ conditions: [Condition]) -> [SQLValue] {
    [.id(account)] + conditions.compactMap(\.value)
  }

  /// A row may be put only where the caller may see it.
  private func checkSite(_ values: ResourceValues, _ call: IncomingCall) throws {
    guard let column = resource.siteColumn, let sites = call.context.sites,
      let site = values.int(column), !sites.contains(SiteID(site))
    else { return }
    throw RPCError(field: column, "Site must belong to your account")
  }

  private func stamped(_ values: ResourceValues, isNew: Bool) -> ResourceValues {
    var values = values
    for name in values.names where resource.column(name)?.isTransient == true {
      values[name] = nil
    }
    let now = SQLValue.instant(time.now())
    if resource.shape.hasCreatedAt, isNew { values["created_at"] = values["created_at"] ?? now }
    if resource.shape.hasUpdatedAt { values["updated_at"] = now }
    return values
  }
}

extension ListQuery {
  /// The values behind the conditions'.
  fileprivate var pagingValues: [SQLValue] {
    if let cursor { return cursor.values + [.int(limit)] }
    return [.int(limit), .int(offset)]
  }
}

extension Resource {
  /// What a client is told when the table refuses a change.
  func refusal(for error: PostgresError) -> RPCError? {
    if let constraint = constraints.first(where: { $0.name == error.constraint }) {
      let details = ErrorDetails(fields: [
        FieldError(name: constraint.field, messages: [constraint.message])
      ])
      switch constraint.kind {
      case .unique:
        return RPCError(.alreadyExists, constraint.message, details: details)
      case .reference, .check:
        return RPCError(.invalidArgument, "Validation failed", details: details)
      }
    }
    if error.isUniqueViolation() { return RPCError(.alreadyExists, "Conflict") }
    if error.isForeignKeyViolation() || error.isCheckViolation() || error.isBadData {
      return RPCError(.invalidArgument, "Validation failed")
    }
    return nil
  }
}

extension PostgresError {
  /// Class 22, data exception: a value that no column of its type takes (malformed JSON).
  fileprivate var isBadData: Bool { sqlState.hasPrefix("22") }
}

extension RPCError {
  /// The same answer for what does not exist and for what is out of the caller's reach.
  package static var missing: RPCError { RPCError(.notFound, "Resource not found") }
}
