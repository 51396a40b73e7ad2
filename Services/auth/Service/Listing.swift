import RPC

/// One page of a list: 1 first, ten rows unless asked otherwise, a hundred at most.
struct Page: Sendable {
  static let largestSize: Int64 = 100
  static let lastNumber: Int64 = 1_000_000

  let size: Int64
  let offset: Int64

  init(_ number: Int32?, size wanted: Int32?) throws {
    let (number, wanted) = (Int64(number ?? 1), Int64(wanted ?? 10))
    guard (1...Self.lastNumber).contains(number) else { throw invalid("page", "Invalid page") }
    guard wanted >= 1 else { throw invalid("page_size", "Invalid page size") }
    size = min(wanted, Self.largestSize)
    offset = (number - 1) * size
  }
}

extension ListOrder {
  /// The order that a client writes: names, each behind `-` for descending, between commas; rows
  /// that are equal so far come in the order of their ids.
  /// - Parameter columns: what each name stands for; `id` is among them.
  init(_ text: String?, _ columns: [String: String], default fallback: String) throws {
    let wanted = (text ?? "").isEmpty ? fallback : text ?? fallback
    var (names, parts, seen): ([String], [String], Set<String>) = ([], [], [])
    let words = wanted.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for word in words + ["id"] {
      let isDescending = word.hasPrefix("-")
      let name = isDescending ? String(word.dropFirst()) : word
      guard let column = columns[name], names.count < 4 else {
        throw invalid("ordering", "Invalid ordering")
      }
      guard seen.insert(name).inserted else { continue }
      names.append(name + (isDescending ? "_desc" : ""))
      parts.append(column + (isDescending ? " DESC" : ""))
    }
    self.init(name: names.joined(separator: "_"), sql: parts.joined(separator: ", "))
  }
}

/// A pattern for ILIKE that finds a text anywhere; nil for an empty one.
func searchPattern(_ text: String?) -> String? {
  guard let text, !text.isEmpty else { return nil }
  var pattern = "%"
  for character in text {
    if "\\%_".contains(character) { pattern.append("\\") }
    pattern.append(character)
  }
  return pattern + "%"
}
