import AuthCore
import Cryptography
import Kernel
import Postgres
import RPC

/// Remembers who failed to sign in, so that guessing gets slower and slower. Known and unknown
/// emails are treated alike.
struct SignInFailures: Sendable {
  let database: Database
  let time: any TimeSource

  /// How a try ended whose password was looked at.
  enum Verdict: Sendable, Equatable {
    case welcome
    /// Wrong, and counted.
    case wrong
    /// Right or wrong does not matter: there were too many failures meanwhile.
    case locked(Duration)
  }

  /// Turns away who must wait, before anything costly is done for them.
  /// - Throws: `.resourceExhausted` with the wait when there were too many failures.
  func check(email: String, _ call: IncomingCall) async throws {
    let now = time.now()
    for (subject, rule) in subjects(email, call.context.address) {
      let rows = try await database.run(
        TokenQueries.failure, [.bytes(subject)], in: .none, deadline: call.deadline)
      if let row = rows.first, let wait = try Self.wait(row, rule, now) {
        throw Self.refusal(wait)
      }
    }
  }

  /// Counts a failure, or forgives the earlier ones of the same email; those from the address stay.
  /// Of many tries at once each finds what the ones before it left, so that guessing in parallel
  /// gains nothing.
  func settle(
    email: String, isRight: Bool, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> Verdict {
    let now = time.now()
    let subjects = subjects(email, call.context.address)
    for (index, (subject, rule)) in subjects.enumerated() {
      // The address' row is shared by everybody behind it: it is made by a failure only.
      let rows =
        index == 0
        ? try await transaction.run(TokenQueries.holdFailures, [.bytes(subject), .instant(now)])
        : try await transaction.run(TokenQueries.failure, [.bytes(subject)])
      if let row = rows.first, let wait = try Self.wait(row, rule, now) { return .locked(wait) }
    }
    if isRight {
      clear(email: email, in: transaction)
      return .welcome
    }
    transaction.runLater(
      subjects.map { subject, rule in
        (
          TokenQueries.addFailure,
          [.bytes(subject), .instant(now), .instant(now - rule.memory)]
        )
      })
    return .wrong
  }

  /// Forgives the failures with an email.
  func clear(email: String, in transaction: Transaction) {
    transaction.runLater([
      (TokenQueries.clearFailures, [.bytes(Self.subject("email", email))])
    ])
  }

  static func refusal(_ wait: Duration) -> RPCError {
    RPCError(
      .resourceExhausted, "Too many failed sign-ins; try again later",
      details: ErrorDetails(retryAfter: wait, reason: "locked_out"))
  }

  private static func wait(_ row: Row, _ rule: Lockout, _ now: Instant) throws -> Duration? {
    rule.wait(
      failures: Int(try row.int("failures")), last: try row.instant("last_at"), at: now)
  }

  private func subjects(_ email: String, _ address: String?) -> [([UInt8], Lockout)] {
    let byEmail = [(Self.subject("email", email), Lockout.email)]
    guard let address else { return byEmail }
    return byEmail + [(Self.subject("address", address), Lockout.address)]
  }

  private static func subject(_ kind: String, _ text: String) -> [UInt8] {
    Digest.sha256("\(kind):\(text)")
  }
}
