import Kernel
import Protobuf

/// A plain resource: a tenant table, the message that shows one of its rows, and what clients may
/// do. The declaration is all there is to write; `routes` makes the methods of it.
///
/// The table has `account_id bigint` and `id bigint`, which the database gives; `created_at` and
/// `updated_at` are kept up if the item shows them. Every statement names the caller's account, and
/// the caller's sites where the resource lies in a site; what is out of reach is not found.
package struct Resource<Item: ContractMessage>: Sendable {
  /// What statements are called in traces and metrics: `planner.keywords`.
  package let name: String
  package let table: String
  package let columns: [Column]
  package let derived: [DerivedColumn]
  package let filters: [Filter]
  package let search: [String]
  package let orderings: [String]
  package let defaultOrdering: String
  package let constraints: [Constraint]
  package let siteColumn: String?
  package let largestPage: Int
  let shape: TableShape
  let rowPlan: RowPlan
  let statements: StatementCache

  /// - Parameters:
  ///   - name: `<context>.<table>`, for traces and metrics.
  ///   - columns: what clients read and write, beside `id`, `account_id`, `created_at`,
  ///     `updated_at`.
  ///   - derived: fields of the item that SQL computes.
  ///   - filters: what list requests may ask for.
  ///   - search: text columns in which `search` looks for a part, in any case.
  ///   - orderings: columns or derived fields, never NULL, that `ordering` may name; `id` always
  ///     may.
  ///   - defaultOrdering: as a client would write it.
  ///   - constraints: what violations of the table's constraints mean.
  ///   - siteColumn: the column with the site that a row lies in; nil when it lies in none.
  ///     Principals with granted sites see the rows of these only.
  package init(
    _ name: String, table: String, columns: [Column], derived: [DerivedColumn] = [],
    filters: [Filter] = [], search: [String] = [], orderings: [String] = [],
    defaultOrdering: String = "-id", constraints: [Constraint] = [],
    siteColumn: String? = nil, largestPage: Int = 100
  ) {
    (self.name, self.table, self.columns, self.derived) = (name, table, columns, derived)
    (self.filters, self.search, self.orderings) = (filters, search, orderings)
    (self.defaultOrdering, self.constraints) = (defaultOrdering, constraints)
    (self.siteColumn, self.largestPage) = (siteColumn, largestPage)
    shape = TableShape(Item.descriptor, columns: columns, derived: derived)
    rowPlan = RowPlan(Item.descriptor, shape.selected)
    statements = StatementCache()
  }

  func column(_ name: String) -> Column? { columns.first { $0.name == name } }
}

/// What a declaration gets wrong; the service does not start with it.
package struct ResourceMistake: Error, Sendable, Equatable, CustomStringConvertible {
  package let resource: String
  /// Every mistake, a sentence each.
  package let mistakes: [String]

  package var description: String {
    "resource \(resource): " + mistakes.joined(separator: "; ")
  }
}

/// Which columns are read for an item, in which order.
struct TableShape: Sendable {
  struct Selected: Sendable {
    let name: String
    /// SQL, with the row called `t`.
    let expression: String
    let isTimestamp: Bool
  }

  let selected: [Selected]
  let hasCreatedAt: Bool
  let hasUpdatedAt: Bool
  /// `t.id, t.account_id, …`
  let list: String

  init(_ item: MessageDescriptor, columns: [Column], derived: [DerivedColumn]) {
    var selected: [Selected] = []
    func add(_ name: String, _ expression: String, isTimestamp: Bool = false) {
      guard item.field(named: name) != nil else { return }
      selected.append(
        Selected(name: name, expression: expression, isTimestamp: isTimestamp))
    }
    selected.append(Selected(name: "id", expression: "t.id", isTimestamp: false))
    add("account_id", "t.account_id")
    for column in columns where !column.isTransient && !column.isHidden {
      add(column.name, "t.\(column.name)", isTimestamp: column.kind == .timestamp)
    }
    let declared = Set(columns.map(\.name))
    for name in ["created_at", "updated_at"] where !declared.contains(name) {
      add(name, "t.\(name)", isTimestamp: true)
    }
    for column in derived { add(column.name, "(\(column.sql))") }
    self.selected = selected
    hasCreatedAt = item.field(named: "created_at") != nil
    hasUpdatedAt = item.field(named: "updated_at") != nil
    list = selected.map { "\($0.expression) AS \($0.name)" }.joined(separator: ", ")
  }

  /// The column's place in the result, and how it is computed.
  func place(of name: String) -> (index: Int, expression: String)? {
    guard let index = selected.firstIndex(where: { $0.name == name }) else { return nil }
    return (index, selected[index].expression)
  }
}
