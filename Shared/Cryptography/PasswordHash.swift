import COpenSSL

/// A salted, slow hash of a password: scrypt (RFC 7914) as a PHC string,
/// `$scrypt$ln=17,r=8,p=1$<salt>$<hash>`, so that the strength can be raised later.
///
/// Every function here takes as long as scrypt does (tenths of a second at full strength): call it
/// off the tasks that must stay quick.
package enum PasswordHash {
  /// scrypt's cost. Memory is `128 · 2^logCost · blockSize` bytes.
  package struct Parameters: Hashable, Sendable {
    /// ln: the logarithm to base 2 of N.
    package var logCost: Int
    /// r
    package var blockSize: Int
    /// p
    package var parallelism: Int

    package init(logCost: Int, blockSize: Int, parallelism: Int) {
      (self.logCost, self.blockSize, self.parallelism) = (logCost, blockSize, parallelism)
    }

    /// What OWASP's Password Storage Cheat Sheet asks for first: N = 2^17, r = 8, p = 1 (128 MiB).
    package static let strong = Parameters(logCost: 17, blockSize: 8, parallelism: 1)

    /// Too weak for people's passwords; for tests.
    package static let quick = Parameters(logCost: 4, blockSize: 8, parallelism: 1)

    var isSane: Bool {
      (1...20).contains(logCost) && (1...32).contains(blockSize) && (1...16).contains(parallelism)
    }
  }

  private static let saltBytes = 16
  private static let hashBytes = 32
  /// The largest memory one hash may take, whatever a stored string asks for.
  private static let memoryLimit: UInt64 = 512 << 20

  /// The PHC string of a password under a fresh salt.
  /// - Throws: `PasswordHashError.refused` when the parameters are out of range or memory is
  ///   missing.
  package static func make(
    _ password: String, parameters: Parameters = .strong
  ) throws(PasswordHashError) -> String {
    let salt = randomBytes(saltBytes)
    let hash = try derive(Array(password.utf8), salt, parameters, count: hashBytes)
    let cost =
      "ln=\(parameters.logCost),r=\(parameters.blockSize),p=\(parameters.parallelism)"
    return "$scrypt$\(cost)$\(Base64.encode(salt, padding: false))"
      + "$\(Base64.encode(hash, padding: false))"
  }

  /// Whether the password is the one behind a PHC string; compared in constant time. False for a
  /// string that is not one.
  package static func verify(_ password: String, against stored: String) -> Bool {
    guard let parsed = StoredHash(stored),
      let hash = try? derive(
        Array(password.utf8), parsed.salt, parsed.parameters, count: parsed.hash.count)
    else { return false }
    return MessageAuthentication.constantTimeEquals(hash, parsed.hash)
  }

  /// Whether a stored string was made with other parameters than are wanted now, or cannot be read.
  package static func needsRehash(_ stored: String, parameters: Parameters = .strong) -> Bool {
    StoredHash(stored)?.parameters != parameters
  }

  /// scrypt itself, for the vectors of the RFC.
  static func derive(
    _ password: [UInt8], _ salt: [UInt8], _ parameters: Parameters, count: Int
  ) throws(PasswordHashError) -> [UInt8] {
    guard parameters.isSane else { throw .refused }
    var answer: Int32 = 0
    let hash = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      answer = password.withUnsafeBytes { bytes in
        EVP_PBE_scrypt(
          bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, salt, salt.count,
          1 << UInt64(parameters.logCost), UInt64(parameters.blockSize),
          UInt64(parameters.parallelism), memoryLimit, buffer.baseAddress, count)
      }
      filled = answer == 1 ? count : 0
    }
    guard answer == 1 else { throw .refused }
    return hash
  }
}

/// Why a password could not be hashed.
package enum PasswordHashError: Error, Equatable {
  /// The parameters are out of range, or there is no memory for them.
  case refused
}

/// The parts of a PHC string.
private struct StoredHash {
  let parameters: PasswordHash.Parameters
  let salt: [UInt8]
  let hash: [UInt8]

  init?(_ text: String) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt",
      let parameters = Self.parameters(parts[2]),
      let salt = Base64.decode(parts[3]), (8...64).contains(salt.count),
      let hash = Base64.decode(parts[4]), (16...64).contains(hash.count)
    else { return nil }
    (self.parameters, self.salt, self.hash) = (parameters, salt, hash)
  }

  private static func parameters(_ text: Substring) -> PasswordHash.Parameters? {
    let fields = text.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count == 3, let logCost = number(fields[0], "ln="),
      let blockSize = number(fields[1], "r="), let parallelism = number(fields[2], "p=")
    else { return nil }
    let parameters = PasswordHash.Parameters(
      logCost: logCost, blockSize: blockSize, parallelism: parallelism)
    return parameters.isSane ? parameters : nil
  }

  private static func number(_ field: Substring, _ name: String) -> Int? {
    guard field.hasPrefix(name) else { return nil }
    return Int(field.dropFirst(name.count))
  }
}
