import Cryptography
import Kernel
import Postgres
import RPC
import Resources

/// One page of a list, as a request asks for it: by number, 1 first, or from where an earlier page
/// ended; ten rows unless asked otherwise, a hundred at most.
struct ListPage: Sendable {
  let order: ListOrder
  let size: Int64
  let offset: Int64
  /// Where the page begins; empty for the first page by cursor, nil for a page by number.
  let place: [String]?

  /// - Parameters:
  ///   - columns: what the list can be ordered by; `id` is among them.
  ///   - fallback: the order where none is asked for, as a client would write it.
  init(
    _ number: Int32?, size wanted: Int32?, ordering: String?, cursor: String?,
    _ columns: [String: ListColumn], default fallback: String
  ) throws {
    let page = try Page(number, size: wanted)
    order = try ListOrder(ordering, columns, default: fallback)
    size = page.size
    place = try cursor.map { [order] in try order.place(ofCursor: $0) }
    offset = place == nil ? page.offset : 0
  }

  /// What a list gives.
  struct Found: Sendable {
    let rows: [Row]
    let count: Int64
    /// Where the next page begins; nil behind the last one, and for pages by number.
    let next: String?
  }

  /// Reads the page. All rows are counted for pages by number and for the first one by cursor.
  /// - Parameters:
  ///   - list: takes the filter's values, then the place, most rows and how many are left out;
  ///     its rows have a column `place`.
  func read(
    counted count: Statement, listed list: Statement, _ filter: [SQLValue],
    on database: Database, in scope: Scope, _ deadline: Deadline
  ) async throws -> Found {
    let isFurther = place?.isEmpty == false
    let page: [SQLValue] = [
      .texts(isFurther ? place : nil), .int(size + (place == nil ? 0 : 1)), .int(offset),
    ]
    let statements = (isFurther ? [] : [(count, filter)]) + [(list, filter + page)]
    let answers = try await database.runAll(statements, in: scope, deadline: deadline)
    let rows = answers[answers.count - 1]
    let hasNext = place != nil && rows.count > Int(size)
    let shown = hasNext ? Array(rows.prefix(Int(size))) : Array(rows)
    return Found(
      rows: shown, count: isFurther ? 0 : try answers[0].one().int(0),
      next: hasNext ? try shown.last.map { order.cursor(at: try $0.texts("place")) } : nil)
  }
}

extension ListOrder {
  /// The order that a client writes: names, each behind `-` for descending, between commas; rows
  /// that are equal so far come in the order of their ids.
  fileprivate init(
    _ text: String?, _ columns: [String: ListColumn], default fallback: String
  ) throws {
    let wanted = (text ?? "").isEmpty ? fallback : text ?? fallback
    var parts: [Part] = []
    let words = wanted.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for word in words + ["id"] {
      let isDescending = word.hasPrefix("-")
      let name = isDescending ? String(word.dropFirst()) : word
      guard let column = columns[name], parts.count < 4 else {
        throw RPCError(field: "ordering", "Invalid ordering")
      }
      if parts.contains(where: { $0.name == name }) { continue }
      parts.append(Part(name: name, column: column, isDescending: isDescending))
    }
    self.init(parts: parts)
  }

  /// A text that clients pass on unread: the order's name and the place in it, in hexadecimal.
  fileprivate func cursor(at place: [String]) -> String {
    Hex.encode(([name] + place).map { "\($0.utf8.count):\($0)" }.joined().utf8.map(\.self))
  }

  /// Reads such a text; an empty one is the start.
  fileprivate func place(ofCursor text: String) throws -> [String] {
    if text.isEmpty { return [] }
    let wrong = RPCError(field: "cursor", "Invalid cursor")
    guard var rest = Hex.decode(text)?[...] else { throw wrong }
    var texts: [String] = []
    while !rest.isEmpty {
      let digits = rest.prefix { $0 != UInt8(ascii: ":") }
      guard let length = Int(String(decoding: digits, as: UTF8.self)), length >= 0,
        length < rest.count - digits.count,
        let text = String(
          validating: rest.dropFirst(digits.count + 1).prefix(length), as: UTF8.self)
      else { throw wrong }
      texts.append(text)
      rest = rest.dropFirst(digits.count + 1 + length)
    }
    let place = Array(texts.dropFirst())
    guard texts.first == name, place.count == parts.count,
      zip(parts, place).allSatisfy({ $0.column.kind.accepts($1) })
    else { throw wrong }
    return place
  }
}

extension ListColumn.Kind {
  /// Whether a text can be read as a value.
  fileprivate func accepts(_ text: String) -> Bool {
    switch self {
    case .text: !text.contains("\0")
    case .bigint: Int64(text) != nil
    case .timestamptz: text == "-infinity" || Instant(rfc3339: text) != nil
    }
  }
}
