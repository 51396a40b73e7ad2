import Kernel
import Postgres
import Protobuf
import RPC

/// What one list request asks for, checked.
struct ListQuery: Sendable {
  /// A condition that takes part: its place in the declaration and its value.
  struct Condition: Sendable {
    let part: UInt16
    /// SQL in which `$` stands for the value.
    let sql: String
    let value: SQLValue?
  }

  struct Order: Sendable, Equatable {
    /// Its place in the declaration.
    let part: UInt16
    let name: String
    let column: Int
    let expression: String
    let isDescending: Bool
  }

  var conditions: [Condition]
  var orders: [Order]
  var offset: Int64
  var limit: Int64
  /// The request pages by cursor, from here; empty for the first page.
  var cursor: Cursor?

  var paging: Paging { cursor == nil ? .numbered : .cursor }

  enum Paging { case numbered, cursor }
}

/// How list requests of one message type are read.
struct ListPlan: Sendable {
  private struct FilterField: Sendable {
    let index: Int
    let kind: FieldKind
    let isRepeated: Bool
    let isTimestamp: Bool
    let aliases: [String: String]
    let test: Filter.Test
    let part: UInt16
  }

  private let filters: [FilterField]
  private let page: Int?
  private let pageSize: Int?
  private let ordering: Int?
  private let search: Int?
  private let cursor: Int?
  private let searchSQL: String
  private let largestPage: Int64
  private let orders: [String: ListQuery.Order]
  private let defaultOrders: [ListQuery.Order]
  let mistakes: [String]

  /// Numbers of the conditions that every resource may have, above those of declared filters.
  private enum Part {
    static let search: UInt16 = 900
    static let site: UInt16 = 901
  }

  init<Item>(_ resource: Resource<Item>, _ request: MessageDescriptor) {
    var mistakes: [String] = []
    var filters: [FilterField] = []
    for part in resource.filters.flatMap(\.parts) {
      guard let field = request.field(named: part.field) else {
        mistakes.append("\(request.name) has no field \(part.field) to filter by")
        continue
      }
      let column = part.test.column.flatMap(resource.column)
      filters.append(
        FilterField(
          index: field.index, kind: field.kind, isRepeated: field.isRepeated,
          isTimestamp: column?.kind == .timestamp || part.test.column?.hasSuffix("_at") == true,
          aliases: column?.aliases ?? [:], test: part.test, part: UInt16(filters.count)))
    }
    self.filters = filters
    func index(_ name: String) -> Int? { request.field(named: name)?.index }
    (page, pageSize, ordering) = (index("page"), index("page_size"), index("ordering"))
    (search, cursor) = (index("search"), index("cursor"))
    searchSQL =
      resource.search.isEmpty
      ? "true"
      : "(" + resource.search.map { "t.\($0) ILIKE $" }.joined(separator: " OR ") + ")"
    largestPage = Int64(resource.largestPage)
    var orders: [String: ListQuery.Order] = [:]
    for (number, name) in (resource.orderings + ["id"]).enumerated() where orders[name] == nil {
      guard let place = resource.shape.place(of: name) else {
        mistakes.append("the ordering \(name) is no field of \(Item.descriptor.name)")
        continue
      }
      for isDescending in [false, true] {
        orders[(isDescending ? "-" : "") + name] = ListQuery.Order(
          part: UInt16(1_000 + 2 * number + (isDescending ? 1 : 0)), name: name,
          column: place.index, expression: place.expression, isDescending: isDescending)
      }
    }
    self.orders = orders
    let names = resource.defaultOrdering.split(separator: ",").map(String.init)
    defaultOrders = names.compactMap { orders[$0] }
    if defaultOrders.count < names.count {
      mistakes.append("the default ordering \(resource.defaultOrdering) is not declared")
    }
    self.mistakes = mistakes
  }

  /// - Throws: `RPCError` `.invalidArgument` naming the field that is wrong.
  func query(
    _ reader: MessageReader, siteColumn: String?, context: CallContext
  ) throws -> ListQuery {
    var conditions: [ListQuery.Condition] = []
    if let siteColumn, let sites = context.sites {
      conditions.append(.site(siteColumn, sites, part: Part.site))
    }
    for filter in filters where reader.has(filter.index) {
      if let condition = try condition(filter, reader) { conditions.append(condition) }
    }
    if let search, let text = try reader.optionalString(search), !text.isEmpty {
      conditions.append(
        .init(part: Part.search, sql: searchSQL, value: .containing(text)))
    }
    let number = Int64(page.flatMap { reader.optionalInt32($0) } ?? 1)
    guard number >= 1 else { throw RPCError(field: "page", "Invalid page") }
    let size = Int64(pageSize.flatMap { reader.optionalInt32($0) } ?? 10)
    guard size >= 1 else { throw RPCError(field: "page_size", "Invalid page size") }
    let limit = min(size, largestPage)
    let orders = try orders(ordering.flatMap { try reader.optionalString($0) })
    var query = ListQuery(
      conditions: conditions, orders: orders, offset: (number - 1) * limit, limit: limit)
    if let cursor, let text = try reader.optionalString(cursor) {
      query.cursor = try Cursor(text, for: orders)
      query.offset = 0
    }
    return query
  }

  private func condition(
    _ filter: FilterField, _ reader: MessageReader
  ) throws -> ListQuery.Condition? {
    if case .isSet(let column) = filter.test {
      let isSet = reader.bool(filter.index)
      let sql = "t.\(column) IS \(isSet ? "NOT NULL" : "NULL")"
      return .init(part: filter.part * 2 + (isSet ? 1 : 0), sql: sql, value: nil)
    }
    return .init(
      part: filter.part * 2, sql: filter.test.sql, value: try value(filter, reader))
  }

  private func value(_ filter: FilterField, _ reader: MessageReader) throws -> SQLValue {
    if filter.isRepeated {
      return filter.kind == .string
        ? .texts(try reader.strings(filter.index)) : .ints(reader.int64s(filter.index))
    }
    switch filter.kind {
    case .int64 where filter.isTimestamp:
      return .instant(Instant(microseconds: reader.int64(filter.index)))
    case .int64: return .int(reader.int64(filter.index))
    case .int32: return .int(Int64(reader.int32(filter.index)))
    case .double: return .double(reader.double(filter.index))
    case .bool: return .bool(reader.bool(filter.index))
    default:
      let word = try reader.string(filter.index)
      return .text(filter.aliases[word] ?? word)
    }
  }

  /// The ordering that a client writes: names, each behind `-` for descending, between commas.
  private func orders(_ text: String?) throws -> [ListQuery.Order] {
    guard let text, !text.isEmpty else { return withID(defaultOrders) }
    var found: [ListQuery.Order] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let order = orders[word.trimmed], found.count < 3 else {
        throw RPCError(field: "ordering", "Invalid ordering")
      }
      if !found.contains(where: { $0.name == order.name }) { found.append(order) }
    }
    return withID(found)
  }

  /// Rows that are equal so far come in the order of their ids.
  private func withID(_ orders: [ListQuery.Order]) -> [ListQuery.Order] {
    if orders.contains(where: { $0.name == "id" }) { return orders }
    let isDescending = orders.last?.isDescending ?? true
    return orders + [self.orders[isDescending ? "-id" : "id"]].compactMap { $0 }
  }
}

extension ListQuery.Condition {
  /// The row lies in one of the sites.
  static func site(_ column: String, _ sites: [SiteID], part: UInt16) -> Self {
    Self(part: part, sql: "t.\(column) = ANY ($::bigint[])", value: .ids(sites))
  }
}

extension Filter.Test {
  /// The column that the test looks at, if it is one.
  var column: String? {
    switch self {
    case .equal(let column), .atLeast(let column), .atMost(let column), .isSet(let column),
      .among(let column):
      column
    case .sql: nil
    }
  }

  /// SQL in which `$` stands for the value.
  var sql: String {
    switch self {
    case .equal(let column): "t.\(column) = $"
    case .atLeast(let column): "t.\(column) >= $"
    case .atMost(let column): "t.\(column) <= $"
    case .isSet(let column): "t.\(column) IS NOT NULL"
    case .among(let column): "t.\(column) = ANY ($)"
    case .sql(let condition): condition
    }
  }
}

extension StringProtocol {
  /// Without white space at both ends.
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
