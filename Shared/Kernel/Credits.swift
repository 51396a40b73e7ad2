/// A whole number of credits, the one currency of the product. Signed: it may be
/// an amount moved.
package struct Credits: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let value: Int64

  package init(_ value: Int64) { self.value = value }

  package static let zero = Credits(0)

  package var description: String { String(value) }

  package static func < (left: Credits, right: Credits) -> Bool { left.value < right.value }
  package static func + (left: Credits, right: Credits) -> Credits {
    Credits(left.value + right.value)
  }
  package static func - (left: Credits, right: Credits) -> Credits {
    Credits(left.value - right.value)
  }
  package static prefix func - (credits: Credits) -> Credits { Credits(-credits.value) }
  package static func += (left: inout Credits, right: Credits) { left = left + right }
  package static func -= (left: inout Credits, right: Credits) { left = left - right }
}
