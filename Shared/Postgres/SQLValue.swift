import Kernel

/// A value for one `$n` of a statement.
///
/// It is sent in the type the server inferred for the place: `.int` fits smallint … bigint,
/// numeric and double precision; `.text` fits every type that can be read from text (varchar,
/// uuid, date, numeric, jsonb, enums).
package enum SQLValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case text(String)
  case bytes([UInt8])
  case instant(Instant)
  /// A JSON text, for json and jsonb.
  case json(String)
  case ints([Int64])
  case texts([String])
}

/// Values made of Swift's own types and the kernel's; nil becomes NULL.
extension SQLValue {
  package static func bool(_ value: Bool?) -> SQLValue { value.map(SQLValue.bool) ?? .null }
  package static func int(_ value: Int64?) -> SQLValue { value.map(SQLValue.int) ?? .null }
  package static func int(_ value: Int) -> SQLValue { .int(Int64(value)) }
  package static func int(_ value: Int?) -> SQLValue { value.map { .int(Int64($0)) } ?? .null }
  package static func double(_ value: Double?) -> SQLValue { value.map(SQLValue.double) ?? .null }
  package static func text(_ value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }
  package static func bytes(_ value: [UInt8]?) -> SQLValue { value.map(SQLValue.bytes) ?? .null }
  package static func instant(_ value: Instant?) -> SQLValue {
    value.map(SQLValue.instant) ?? .null
  }
  package static func json(_ value: String?) -> SQLValue { value.map(SQLValue.json) ?? .null }
  package static func ints(_ value: [Int64]?) -> SQLValue { value.map(SQLValue.ints) ?? .null }
  package static func texts(_ value: [String]?) -> SQLValue { value.map(SQLValue.texts) ?? .null }

  /// The number behind an id.
  package static func id<Subject>(_ value: Identifier<Subject>) -> SQLValue { .int(value.value) }
  package static func id<Subject>(_ value: Identifier<Subject>?) -> SQLValue {
    .int(value?.value)
  }
  package static func ids<Subject>(_ value: [Identifier<Subject>]) -> SQLValue {
    .ints(value.map(\.value))
  }
  package static func credits(_ value: Credits) -> SQLValue { .int(value.value) }
  package static func credits(_ value: Credits?) -> SQLValue { .int(value?.value) }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(stringLiteral value: String) { self = .text(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(nilLiteral: ()) { self = .null }
}
