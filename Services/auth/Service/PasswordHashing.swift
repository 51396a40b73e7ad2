import Cryptography
import Kernel
import RPC

/// Hashes passwords a few at a time, because each takes much memory and a processor for tenths of
/// a second. Whoever finds too many waiting is asked to come back; who stops waiting leaves the
/// line.
actor PasswordHashing {
  /// How many may wait besides those that are hashed: at two at a time and four tenths of a second
  /// each the last one still gets an answer within the time that a call has.
  static let longestQueue = 32

  private struct Waiter {
    let number: Int
    /// Told whether it is its turn.
    let continuation: CheckedContinuation<Bool, Never>
  }

  private let strength: PasswordHash.Parameters
  private var free: Int
  private var waiting: [Waiter] = []
  private var lastNumber = 0
  /// How many times a password was hashed, to be kept or to be compared.
  private(set) var hashed = 0

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

  // MARK: The line

  private func enter() async throws {
    if free > 0 { free -= 1 } else { try await wait() }
    if Task.isCancelled {
      leave()
      throw CancellationError()
    }
    hashed += 1
  }

  private func wait() async throws {
    guard waiting.count < Self.longestQueue else {
      throw RPCError(
        .resourceExhausted, "Rate limit exceeded",
        details: ErrorDetails(retryAfter: .seconds(5), reason: "busy"))
    }
    lastNumber += 1
    let number = lastNumber
    let isTurn = await withTaskCancellationHandler {
      await withCheckedContinuation { waiting.append(Waiter(number: number, continuation: $0)) }
    } onCancel: {
      Task { await self.giveUp(number) }
    }
    guard isTurn else { throw CancellationError() }
  }

  private func giveUp(_ number: Int) {
    guard let place = waiting.firstIndex(where: { $0.number == number }) else { return }
    waiting.remove(at: place).continuation.resume(returning: false)
  }

  /// Hands the place on to who waits longest.
  private func leave() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().continuation.resume(returning: true)
    }
  }
}
