import Postgres
import RPC

/// One page of a list that is asked for by number: 1 first, ten rows unless asked otherwise, a
/// hundred at most.
package struct Page: Sendable, Equatable {
  package static let largestSize: Int64 = 100
  package static let lastNumber: Int64 = 1_000_000

  /// Most rows.
  package let size: Int64
  /// Rows before it.
  package let offset: Int64

  /// - Throws: `RPCError` `.invalidArgument` naming the field that is wrong.
  package init(_ number: Int64?, size wanted: Int64?) throws {
    let (number, wanted) = (number ?? 1, wanted ?? 10)
    guard (1...Self.lastNumber).contains(number) else {
      throw RPCError(field: "page", "Invalid page")
    }
    guard wanted >= 1 else { throw RPCError(field: "page_size", "Invalid page size") }
    size = min(wanted, Self.largestSize)
    offset = (number - 1) * size
  }

  /// - Throws: `RPCError` `.invalidArgument` naming the field that is wrong.
  package init(_ number: Int32?, size wanted: Int32?) throws {
    try self.init(number.map(Int64.init), size: wanted.map(Int64.init))
  }

  /// The page of a list that is here as a whole.
  package func cut<Element>(_ all: [Element]) -> [Element] {
    Array(all.dropFirst(Int(offset)).prefix(Int(size)))
  }
}

extension SQLValue {
  /// A pattern for ILIKE that finds the text anywhere, with its own wildcards taken literally; NULL
  /// for an empty one.
  package static func containing(_ text: String?) -> SQLValue {
    guard let text, !text.isEmpty else { return .null }
    var pattern = "%"
    for scalar in text.unicodeScalars {
      if scalar == "%" || scalar == "_" || scalar == "\\" { pattern += "\\" }
      pattern.unicodeScalars.append(scalar)
    }
    return .text(pattern + "%")
  }
}
