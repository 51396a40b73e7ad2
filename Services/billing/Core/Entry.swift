import Kernel

package enum EntrySubject {}
package typealias EntryID = Identifier<EntrySubject>

/// Why a balance changed.
package enum EntryKind: String, Sendable, CaseIterable {
  case purchase, subscription, refund, deduction, adjustment
}

/// One line of an account's ledger. Written once, never changed.
package struct Entry: Sendable, Hashable {
  /// Position in the account's chain, 1 first.
  package let seq: Int64
  package let kind: EntryKind
  /// Positive when credits come, negative when they go.
  package let amount: Credits
  package let balanceAfter: Credits
  package let description: String
  /// What it is about: "hold/91", "lot/4", "period/2026-11-01".
  package let reference: String
  /// Unique in the account: no fact is booked twice. Nil where repeats are facts of their own.
  package let key: String?
  package let hold: HoldID?
  /// What it put into lots, or took from them (negative); adds up to the amount.
  package let movements: [LotShare]
  /// JSON text.
  package let metadata: String
  package let at: Instant

  package init(
    seq: Int64, kind: EntryKind, amount: Credits, balanceAfter: Credits, description: String,
    reference: String, key: String?, hold: HoldID? = nil, movements: [LotShare],
    metadata: String = "{}", at: Instant
  ) {
    (self.seq, self.kind, self.amount) = (seq, kind, amount)
    (self.balanceAfter, self.description) = (balanceAfter, description)
    (self.reference, self.key, self.hold) = (reference, key, hold)
    (self.movements, self.metadata, self.at) = (movements, metadata, at)
  }
}

/// The hash chain: an entry's hash is SHA-256 of `link`, which contains the hash of the entry
/// before.
package enum Chain {
  /// What the first entry is chained to.
  package static let origin = [UInt8](repeating: 0, count: 32)

  private static let version: UInt8 = 1

  /// The bytes whose SHA-256 is the entry's hash: every field in one fixed order, integers
  /// big-endian, texts with their length in front, so that no two entries have the same bytes.
  package static func link(_ entry: Entry, of account: AccountID, after previous: [UInt8])
    -> [UInt8]
  {
    var bytes: [UInt8] = [version]
    bytes.reserveCapacity(256)
    append(previous, to: &bytes)
    for number in [
      account.value, entry.seq, entry.amount.value, entry.balanceAfter.value,
      entry.at.microseconds, entry.hold?.value ?? 0, Int64(entry.movements.count),
    ] { append(number, to: &bytes) }
    for movement in entry.movements {
      append(movement.lot.value, to: &bytes)
      append(movement.credits.value, to: &bytes)
    }
    for text in [
      entry.kind.rawValue, entry.description, entry.reference, entry.key ?? "", entry.metadata,
    ] { append(Array(text.utf8), to: &bytes) }
    return bytes
  }

  private static func append(_ number: Int64, to bytes: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> Int64(shift)))
    }
  }

  private static func append(_ text: [UInt8], to bytes: inout [UInt8]) {
    append(Int64(text.count), to: &bytes)
    bytes += text
  }
}
