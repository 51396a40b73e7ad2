import Kernel
import NIOCore
import Postgres
import Protobuf
import RPC

/// A method of a contract, whatever its messages.
package protocol ContractMethod: Sendable {
  var info: MethodInfo { get }
  var requestDescriptor: MessageDescriptor { get }
  var replyDescriptor: MessageDescriptor { get }
}

extension Method: ContractMethod {
  package var requestDescriptor: MessageDescriptor { Request.descriptor }
  package var replyDescriptor: MessageDescriptor { Reply.descriptor }
}

/// The methods of a resource; those left out are not served, or served by handlers of one's own.
package struct ResourceMethods: Sendable {
  package var list: (any ContractMethod)?
  package var retrieve: (any ContractMethod)?
  package var create: (any ContractMethod)?
  package var update: (any ContractMethod)?
  package var delete: (any ContractMethod)?
  package var bulkDelete: (any ContractMethod)?
  package var bulkUpdate: (any ContractMethod)?

  package init(
    list: (any ContractMethod)? = nil, retrieve: (any ContractMethod)? = nil,
    create: (any ContractMethod)? = nil, update: (any ContractMethod)? = nil,
    delete: (any ContractMethod)? = nil, bulkDelete: (any ContractMethod)? = nil,
    bulkUpdate: (any ContractMethod)? = nil
  ) {
    (self.list, self.retrieve, self.create) = (list, retrieve, create)
    (self.update, self.delete) = (update, delete)
    (self.bulkDelete, self.bulkUpdate) = (bulkDelete, bulkUpdate)
  }
}

extension Resource {
  /// Answers the resource's methods.
  ///
  /// - A list request has `page`, `page_size`, `ordering`, `search`, `cursor` (an empty one begins)
  ///   and the filters' fields, each if it likes; its reply `results` and, if it likes, `count` and
  ///   `next_cursor`.
  /// - `retrieve` and `delete` take `id`; `create` the columns; `update` `id`, the columns (absent
  ///   ones stay as they are) and `cleared`, the names of columns to be emptied; these answer the
  ///   item.
  /// - `bulkDelete` takes `ids`, `bulkUpdate` also columns; both answer `count` and `ids`.
  /// - Throws: `ResourceMistake` when declaration and messages do not fit.
  package func routes(
    _ routes: inout RPCRoutes, database: Database, time: any TimeSource,
    hooks: ResourceHooks = ResourceHooks(), _ methods: ResourceMethods
  ) throws {
    var handlers = ResourceHandlers(
      ResourceStore(resource: self, database: database, hooks: hooks, time: time))
    handlers.checkItem()
    if let method = methods.list { handlers.list(method, &routes) }
    if let method = methods.retrieve { handlers.retrieve(method, &routes) }
    if let method = methods.create { handlers.create(method, &routes) }
    if let method = methods.update { handlers.update(method, &routes) }
    if let method = methods.delete { handlers.delete(method, &routes) }
    if let method = methods.bulkDelete { handlers.bulkDelete(method, &routes) }
    if let method = methods.bulkUpdate { handlers.bulkUpdate(method, &routes) }
    if !handlers.mistakes.isEmpty {
      throw ResourceMistake(resource: name, mistakes: handlers.mistakes)
    }
  }
}

/// Makes the handlers and collects what does not fit.
private struct ResourceHandlers<Item: ContractMessage> {
  let store: ResourceStore<Item>
  var mistakes: [String] = []

  init(_ store: ResourceStore<Item>) { self.store = store }

  private var resource: Resource<Item> { store.resource }

  /// Every field of the item comes from somewhere. No column holds messages: such fields are filled
  /// by handlers of the service's own.
  mutating func checkItem() {
    let known = Set(resource.shape.selected.map(\.name))
    for field in Item.descriptor.fields
    where !known.contains(field.name) && field.kind != .message {
      mistakes.append("\(Item.descriptor.name).\(field.name) comes from no column")
    }
    for column in resource.columns where !column.isHidden && !column.isTransient {
      if Item.descriptor.field(named: column.name) == nil {
        mistakes.append("the column \(column.name) is no field of \(Item.descriptor.name)")
      }
    }
    for name in resource.rowPlan.unfit {
      mistakes.append("\(Item.descriptor.name).\(name) is of a kind that no column fits")
    }
    for name in resource.search where resource.column(name) == nil {
      mistakes.append("the search looks in \(name), which is no column")
    }
  }

  /// The index of a message's field.
  private mutating func index(
    _ name: String, _ message: MessageDescriptor, _ kind: FieldKind, isRepeated: Bool = false
  ) -> Int {
    if let field = message.field(named: name), field.kind == kind, field.isRepeated == isRepeated {
      return field.index
    }
    mistakes.append("\(message.name) lacks \(isRepeated ? "repeated " : "")\(kind) \(name)")
    return 0
  }

  private mutating func checkAnswersItem(_ method: any ContractMethod) {
    if method.replyDescriptor != Item.descriptor {
      mistakes.append("\(method.info.name) does not answer \(Item.descriptor.name)")
    }
  }

  mutating func list(_ method: any ContractMethod, _ routes: inout RPCRoutes) {
    let (store, request, reply) = (store, method.requestDescriptor, method.replyDescriptor)
    let plan = ListPlan(resource, request)
    mistakes += plan.mistakes
    let results = index("results", reply, .message, isRepeated: true)
    let count = reply.field(named: "count")?.index
    let next = reply.field(named: "next_cursor")?.index
    if reply.field(named: "results")?.message != Item.descriptor {
      mistakes.append("\(reply.name).results are no \(Item.descriptor.name)")
    }
    routes.handleRaw(method.info) { bytes, call in
      let account = try call.requireAccount()
      let query = try bytes.reading(request) {
        try plan.query($0, siteColumn: store.resource.siteColumn, context: call.context)
      }
      let page = try await store.list(query, of: account, deadline: call.deadline)
      let draft = MessageDraft(reply, expecting: 64 + page.rows.count * 512)
      try draft.withBuilder { builder in
        if let count { builder.setInt64(count, page.count) }
        for row in page.rows {
          try store.resource.rowPlan.fill(builder.addNested(results), from: row)
        }
        if let next, let cursor = page.next {
          builder.setString(next, cursor.encoded(for: query.orders))
        }
      }
      return ByteBuffer(packing: draft)
    }
  }

  mutating func retrieve(_ method: any ContractMethod, _ routes: inout RPCRoutes) {
    let (store, request) = (store, method.requestDescriptor)
    let id = index("id", request, .int64)
    checkAnswersItem(method)
    routes.handleRaw(method.info) { bytes, call in
      let id = try bytes.reading(request) { $0.int64(id) }
      return try store.resource.message(of: try await store.retrieve(id, call))
    }
  }

  mutating func create(_ method: any ContractMethod, _ routes: inout RPCRoutes) {
    let (store, request) = (store, method.requestDescriptor)
    let plan = WritePlan(resource, request, .create)
    mistakes += plan.mistakes
    checkAnswersItem(method)
    routes.handleRaw(method.info) { bytes, call in
      let values = try bytes.reading(request) { try plan.values($0) }
      return try store.resource.message(of: try await store.create(values, call))
    }
  }

  mutating func update(_ method: any ContractMethod, _ routes: inout RPCRoutes) {
    let (store, request) = (store, method.requestDescriptor)
    let plan = WritePlan(resource, request, .update)
    mistakes += plan.mistakes
    let id = index("id", request, .int64)
    checkAnswersItem(method)
    routes.handleRaw(method.info) { bytes, call in
      let (id, values) = try bytes.reading(request) { ($0.int64(id), try plan.values($0)) }
      return try store.resource.message(of: try await store.update(id, values, call))
    }
  }

  mutating func delete(_ method: any ContractMethod, _ routes: inout RPCRoutes) {
    let (store, request, reply) = (store, method.requestDescriptor, method.replyDescriptor)
    let id = index("id", request, .int64)
    routes.handleRaw(method.info) { bytes, call in
      let id = try bytes.reading(request) { $0.int64(id) }
      _ = try await store.delete([id], isRequired: true, call)
      return ByteBuffer(packing: MessageDraft(reply))
    }
  }

  mutating func bulkDelete(_ method: any ContractMethod, _ routes: inout RPCRoutes) {
    let (store, request) = (store, method.requestDescriptor)
    let ids = index("ids", request, .int64, isRepeated: true)
    let reply = bulkReply(method)
    routes.handleRaw(method.info) { bytes, call in
      let ids = try bytes.reading(request) { try $0.bulkIDs(ids) }
      return reply.message(of: try await store.delete(ids, isRequired: false, call))
    }
  }

  mutating func bulkUpdate(_ method: any ContractMethod, _ routes: inout RPCRoutes) {
    let (store, request) = (store, method.requestDescriptor)
    let plan = WritePlan(resource, request, .bulkUpdate)
    mistakes += plan.mistakes
    let ids = index("ids", request, .int64, isRepeated: true)
    let reply = bulkReply(method)
    routes.handleRaw(method.info) { bytes, call in
      let (ids, values) = try bytes.reading(request) {
        (try $0.bulkIDs(ids), try plan.values($0))
      }
      return reply.message(of: try await store.bulkUpdate(ids, values, call))
    }
  }

  private mutating func bulkReply(_ method: any ContractMethod) -> BulkReply {
    let reply = method.replyDescriptor
    return BulkReply(
      descriptor: reply, count: index("count", reply, .int64),
      ids: index("ids", reply, .int64, isRepeated: true))
  }
}

/// Where a bulk reply carries what.
private struct BulkReply: Sendable {
  let descriptor: MessageDescriptor
  let count: Int
  let ids: Int

  func message(of changed: [Int64]) -> ByteBuffer {
    let draft = MessageDraft(descriptor, expecting: 8 * changed.count)
    draft.withBuilder { builder in
      builder.setInt64(count, Int64(changed.count))
      builder.addInt64s(ids, changed)
    }
    return ByteBuffer(packing: draft)
  }
}

/// Most ids that a bulk request may name.
private let mostBulkIDs = 1_000

extension MessageReader {
  /// The ids of a bulk request.
  fileprivate func bulkIDs(_ index: Int) throws -> [Int64] {
    let ids = int64s(index)
    if ids.isEmpty { throw RPCError(required: "ids") }
    if ids.count > mostBulkIDs {
      throw RPCError(
        field: "ids", "Ensure this field has no more than \(mostBulkIDs) elements")
    }
    return ids
  }
}

extension Resource {
  /// The item of a row, on its way out.
  fileprivate func message(of row: Row) throws -> ByteBuffer {
    let draft = MessageDraft(Item.descriptor, expecting: 512)
    try draft.withBuilder { try rowPlan.fill($0, from: row) }
    return ByteBuffer(packing: draft)
  }
}

extension ByteBuffer {
  /// Reads the request that the buffer holds.
  /// - Throws: `RPCError` `.invalidArgument` when it holds none, or text that is no UTF-8.
  fileprivate func reading<Result>(
    _ descriptor: MessageDescriptor, _ body: (MessageReader) throws -> Result
  ) throws -> Result {
    do {
      return try withUnsafeReadableBytes {
        try DecodedMessage(descriptor, $0).withReader(body)
      }
    } catch is ProtobufError {
      throw RPCError(
        .invalidArgument, "The body is no \(descriptor.name)", reason: "undecodable")
    }
  }
}
