import Kernel
import Postgres
import Protobuf
import RPC

extension Resource {
  /// SQL that selects an item's columns of rows called `t`, for statements of one's own; read the
  /// rows with `items`.
  package var selectList: String { shape.list }

  /// The items of rows that were selected with `selectList`; further columns may stand behind it.
  /// - Throws: `PostgresError`, `ProtobufError`.
  package func items(_ rows: Rows) throws -> [Item] { try rows.map(item) }

  /// The item of one such row.
  /// - Throws: `PostgresError`, `ProtobufError`.
  package func item(_ row: Row) throws -> Item {
    let draft = MessageDraft(Item.descriptor, expecting: 512)
    return try draft.withBuilder { builder in
      try rowPlan.fill(builder, from: row)
      return try Item(reading: builder.reader)
    }
  }

  /// The account's items with these ids, by id; those that are not there are left out.
  /// - Throws: `PostgresError`.
  package func fetch(
    _ ids: [Int64], of account: AccountID, in transaction: Transaction
  ) async throws -> [Item] {
    try items(try await transaction.run(fetching, [.id(account), .ints(ids)]))
  }

  /// The account's items with these ids, by id; those that are not there are left out.
  /// - Throws: `PostgresError`.
  package func fetch(
    _ ids: [Int64], of account: AccountID, on database: Database, deadline: Deadline? = nil
  ) async throws -> [Item] {
    let values: [SQLValue] = [.id(account), .ints(ids)]
    return try items(
      try await database.run(fetching, values, in: .account(account), deadline: deadline))
  }

  private var fetching: Statement {
    statements.statement(.init(verb: .fetch, parts: [])) {
      ResourceSQL(name: name, table: table, shape: shape).fetch
    }
  }

  /// Hands over all items that a list request's filters, search and ordering leave, a batch at a
  /// time and at a constant cost each; `page`, `page_size` and `cursor` do not count.
  /// - Throws: `RPCError` `.invalidArgument` for a wrong request; what `body` throws.
  package func each<Request: ContractMessage>(
    _ request: Request, _ call: IncomingCall, on database: Database, time: any TimeSource,
    batch: Int = 500, _ body: ([Item]) async throws -> Void
  ) async throws {
    let plan = ListPlan(self, Request.descriptor)
    let draft = MessageDraft(request)
    var query = try draft.withBuilder {
      try plan.query($0.reader, siteColumn: siteColumn, context: call.context)
    }
    (query.offset, query.limit, query.cursor) = (0, Int64(batch), .start)
    let store = ResourceStore(
      resource: self, database: database, hooks: ResourceHooks(), time: time)
    let account = try call.requireAccount()
    while let cursor = query.cursor {
      query.cursor = cursor
      let page = try await store.list(query, of: account, deadline: call.deadline)
      if !page.rows.isEmpty { try await body(try items(page.rows)) }
      query.cursor = page.next
    }
  }
}
