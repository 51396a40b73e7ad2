import Kernel

/// One step of a schema, run once, in a transaction. Never changed after it was released: its
/// checksum is kept and compared.
package struct Migration: Hashable, Sendable {
  /// From 1, without gaps.
  package let number: Int
  /// What it does, in a few words.
  package let name: String
  /// One or more statements, separated by semicolons.
  package let sql: String

  package init(number: Int, name: String, sql: String) {
    (self.number, self.name, self.sql) = (number, name, sql)
  }

  /// FNV-1a of the SQL.
  var checksum: Int64 { Int64(bitPattern: StableHash(sql).value) }
}
