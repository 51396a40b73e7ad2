/// The keys for secrets at rest, each with a short id; the first seals, all of them open.
///
/// Rotation: put the new key in front, seal everything again, then drop the old one.
package struct SecretKeys: Sendable {
  /// AES-256 takes keys of 32 bytes.
  package static let keyBytes = 32

  let keys: [(id: String, key: [UInt8])]

  /// Reads `id:hex,id2:hex`: ids of 1–32 letters, digits, `-` and `_`, each once; keys of 64
  /// hexadecimal digits.
  /// - Throws: `SealedSecretError.badKeys`, which names the offending position and never the key.
  package init(parsing text: String) throws(SealedSecretError) {
    var keys: [(id: String, key: [UInt8])] = []
    for (index, entry) in text.split(separator: ",").enumerated() {
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, Self.isID(parts[0]), let key = Hex.decode(parts[1]),
        key.count == Self.keyBytes, !keys.contains(where: { $0.id == parts[0] })
      else { throw .badKeys(position: index + 1) }
      keys.append((String(parts[0]), key))
    }
    guard !keys.isEmpty else { throw .badKeys(position: 0) }
    self.keys = keys
  }

  var current: (id: String, key: [UInt8]) { keys[0] }

  func key(id: String) -> [UInt8]? { keys.first { $0.id == id }?.key }

  private static func isID(_ text: Substring) -> Bool {
    (1...32).contains(text.utf8.count)
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
  }
}

extension SecretKeys: CustomStringConvertible, CustomReflectable {
  /// The ids only.
  package var description: String { "keys " + keys.map(\.id).joined(separator: ", ") }

  package var customMirror: Mirror { Mirror(self, children: ["ids": keys.map(\.id)]) }
}

/// Why a secret could not be opened, or the keys not be read.
package enum SealedSecretError: Error, Equatable {
  /// The entry at this position (1 is the first, 0 means there is none) is not `id:64 hex digits`.
  case badKeys(position: Int)
  /// Not something `SealedSecret.seal` wrote.
  case malformed
  /// Sealed under a key that is not among the keys any more.
  case unknownKey(id: String)
  /// Altered, or bound to other associated data.
  case notAuthentic
}
