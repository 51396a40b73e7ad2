import AuthCore
import Kernel
import Postgres
import RPC
import Cryptography

/// Remembers who failed to sign in, so that guessing gets slower and slower. Known and unknown
/// emails are treated alike.
struct SignInFailures: Sendable {
  let database: Database
  let time: any TimeSource

  /// - Throws: `.resourceExhausted` with the wait when there were too many failures.
  func check(email: String, _ call: IncomingCall) async throws {
    let now = time.now()
    for (subject, rule) in subjects(email, call.context.address) {
      let rows = try await database.run(
        TokenQueries.failure, [.bytes(subject)], in: .none, deadline: call.deadline)
      guard let row = rows.first else { continue }
      let wait = rule.wait(
        failures: Int(try row.int("failures")), last: try row.instant("last_at"), at: now)
      guard let wait else { continue }
      throw RPCError(
        .resourceExhausted, "Too many failed sign-ins; try again later",
        details: ErrorDetails(retryAfter: wait, reason: "locked_out"))
    }
  }

  func add(email: String, _ call: IncomingCall) async throws {
    let now = time.now()
    for (subject, rule) in subjects(email, call.context.address) {
      _ = try await database.run(
        TokenQueries.addFailure,
        [.bytes(subject), .instant(now), .instant(now - rule.memory)], in: .none,
        deadline: call.deadline)
    }
  }

  /// A success makes up for failures with the same email; those from the address stay.
  func clear(email: String, _ call: IncomingCall) async throws {
    _ = try await database.run(
      TokenQueries.clearFailures, [.bytes(Self.subject("email", email))], in: .none,
      deadline: call.deadline)
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
