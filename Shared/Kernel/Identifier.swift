/// A 64-bit row id that knows what it identifies, so that a site's id cannot stand for an
/// account's.
package struct Identifier<Subject>: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let value: Int64

  package init(_ value: Int64) { self.value = value }

  package var description: String { String(value) }

  package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// What the identifiers below identify; these have no values.
package enum AccountSubject {}
package enum UserSubject {}
package enum SiteSubject {}

/// The tenant.
package typealias AccountID = Identifier<AccountSubject>
package typealias UserID = Identifier<UserSubject>
package typealias SiteID = Identifier<SiteSubject>
