/// The parameters behind a URL's question mark, in their order.
package struct Query: Sendable, Equatable {
  package struct Item: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  package private(set) var items: [Item]

  package init(_ items: [Item] = []) { self.items = items }

  /// Reads `a=1&b=two+words`; a broken escape leaves its text as it is.
  package init(parsing text: String) {
    items = text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? parts[1] : ""
      return Item(Self.decoded(parts[0]), Self.decoded(value))
    }
  }

  private static func decoded(_ text: Substring) -> String {
    PercentCoding.decode(text, plusIsSpace: true) ?? String(text)
  }

  /// The parameter's last value.
  package subscript(_ name: String) -> String? { items.last { $0.name == name }?.value }

  /// The same parameters with one value of that name, where it stood or at the end.
  package func replacing(_ name: String, with value: String) -> Query {
    var query = self
    let place = items.firstIndex { $0.name == name } ?? items.count
    query.items.removeAll { $0.name == name }
    query.items.insert(Item(name, value), at: min(place, query.items.count))
    return query
  }

  package var text: String {
    items.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }
      .joined(separator: "&")
  }

  /// The names of `fields=a,b`; nil when all are wanted.
  package var selectedFields: Set<String>? {
    guard let text = self["fields"], !text.isEmpty else { return nil }
    return Set(text.split(separator: ",").map { String($0.filter { $0 != " " }) })
  }
}
