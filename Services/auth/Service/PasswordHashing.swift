import Kernel
import RPC
import Cryptography

/// Hashes passwords a few at a time, because each takes much memory and a processor for tenths of
/// a second. Whoever finds too many waiting is asked to come back.
actor PasswordHashing {
  /// How many may wait besides those that are hashed.
  private static let longestQueue = 64

  private let strength: PasswordHash.Parameters
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(strength: PasswordHash.Parameters, atOnce: Int) {
    (self.strength, free) = (strength, atOnce)
  }

  func hash(_ password: String) async throws -> String {
    try await enter()
    defer { leave() }
    return try await Self.make(password, strength)
  }

  /// Whether the password is the one behind the stored hash. Without a stored one the answer is no
  /// and takes as long.
  func verify(_ password: String, against stored: String?) async throws -> Bool {
    try await enter()
    defer { leave() }
    // Who was invited and has not come yet has no password.
    let stored = stored?.isEmpty == true ? nil : stored
    return await Self.check(password, stored ?? decoy) && stored != nil
  }

  nonisolated func needsRehash(_ stored: String) -> Bool {
    PasswordHash.needsRehash(stored, parameters: strength)
  }

  /// The hash of no password, as strong as the others.
  private nonisolated var decoy: String {
    let cost = "ln=\(strength.logCost),r=\(strength.blockSize),p=\(strength.parallelism)"
    let salt = Base64.encode([UInt8](repeating: 7, count: 16), padding: false)
    let hash = Base64.encode([UInt8](repeating: 7, count: 32), padding: false)
    return "$scrypt$\(cost)$\(salt)$\(hash)"
  }

  @concurrent private static func make(
    _ password: String, _ strength: PasswordHash.Parameters
  ) async throws -> String {
    try PasswordHash.make(password, parameters: strength)
  }

  @concurrent private static func check(_ password: String, _ stored: String) async -> Bool {
    PasswordHash.verify(password, against: stored)
  }

  private func enter() async throws {
    if free > 0 {
      free -= 1
      return
    }
    guard waiting.count < Self.longestQueue else {
      throw RPCError(
        .resourceExhausted, "Rate limit exceeded",
        details: ErrorDetails(retryAfter: .seconds(5), reason: "busy"))
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  /// Hands the place on to who waits longest.
  private func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
