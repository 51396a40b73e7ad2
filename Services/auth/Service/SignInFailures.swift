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

  /// Locks what is known of the email and the address, so that of many tries at once each finds
  /// what the ones before it left: guessing in parallel gains nothing.
  /// - Returns: how long to wait, if that is so by now.
  func hold(
    email: String, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> Duration? {
    let now = time.now()
    for (index, (subject, rule)) in subjects(email, call.context.address).enumerated() {
      // The address' row is shared by everybody behind it: it is made by a failure only.
      let rows =
        index == 0
        ? try await transaction.run(TokenQueries.holdFailures, [.bytes(subject), .instant(now)])
        : try await transaction.run(TokenQueries.failure, [.bytes(subject)])
      if let row = rows.first, let wait = try Self.wait(row, rule, now) { return wait }
    }
    return nil
  }

  /// Counts a failure, or forgives the earlier ones of the same email; those from the address stay.
  func record(
    email: String, isRight: Bool, _ call: IncomingCall, in transaction: Transaction
  ) {
    if isRight { return clear(email: email, in: transaction) }
    let now = time.now()
    transaction.runLater(
      subjects(email, call.context.address).map { subject, rule in
        (
          TokenQueries.addFailure,
          [.bytes(subject), .instant(now), .instant(now - rule.memory)]
        )
      })
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
