import AuthCore
import Cryptography
import Events
import JSON
import Kernel
import Postgres
import RPC

/// Mails people tokens, of which only digests are kept.
struct MailTokens: Sendable {
  /// The outbox call that answers somebody's wish for a new password. Whoever asks waits for
  /// nothing but this message to be stored, so that nobody learns who is known here.
  static let resetKind = "auth.password_reset"

  let postbox: Postbox
  let database: Database
  let time: any TimeSource

  static func digest(_ token: String) -> [UInt8] { Digest.sha256(token) }

  // MARK: Passwords

  /// Nobody's account: whether the email is anybody's is found out later.
  private static let nobody = AccountID(0)

  func wishForReset(_ email: EmailAddress, _ call: IncomingCall) async throws {
    let wish = try postbox.sealed(
      Self.resetKind,
      [
        "email": .string(email.text), "address": call.context.address.map { .string($0) } ?? .null,
        "request_id": .string(call.context.requestID),
      ], Self.nobody)
    try await database.transaction(in: .allAccounts, deadline: call.deadline) {
      Outbox.add(wish, in: $0)
    }
    postbox.messagesWaiting()
  }

  /// Delivers such a wish: the token, its mail and the audit line in one transaction, once.
  func answerWish(_ message: OutboxMessage) async throws {
    let wish = try postbox.open(message)
    let call = IncomingCall(
      context: CallContext(
        requestID: wish["request_id"]?.string ?? "", actor: .anonymous,
        address: wish["address"]?.string),
      deadline: Deadline(in: .seconds(20), of: time), time: time)
    let rows = try await database.run(
      UserQueries.byEmail, [.text(wish["email"]?.string ?? "")], in: .allAccounts)
    guard let id = try rows.first.map({ try $0.int("id") }) else { return }
    try await database.transaction(in: .allAccounts) {
      try await reset(id, request: "outbox-\(message.id)", call, in: $0)
    }
    postbox.messagesWaiting()
  }

  private func reset(
    _ id: Int64, request: String, _ call: IncomingCall, in transaction: Transaction
  ) async throws {
    guard let row = try await transaction.run(UserQueries.lock, [.int(id)]).first else { return }
    let user = try StoredUser(row: row)
    let now = time.now()
    let recent = try await transaction.run(
      MailTokenQueries.countResets,
      [.id(user.account.id), .id(user.id), .instant(now - .seconds(3_600))]
    ).one().int(0)
    guard user.isActive, recent < MailToken.resetsAnHour else { return }
    let token = randomToken()
    let stored = try await transaction.run(
      MailTokenQueries.insertReset,
      [
        .id(user.account.id), .id(user.id), .text(request), .bytes(Self.digest(token)),
        .instant(now), .instant(now + MailToken.resetLifetime),
      ])
    guard stored.rowsAffected > 0 else { return }
    Outbox.add(
      try postbox.mail(
        .passwordReset(token: token), to: user.email, of: user.account.id,
        lifetime: MailToken.resetLifetime), in: transaction)
    transaction.runLater([
      AuditEntry("user.password_reset_requested", user).command(call, at: now)
    ])
  }

  /// The user who may set a new password with the token.
  /// - Throws: `.invalidArgument` when the token is none, has ended or was used.
  func holder(ofReset token: String, _ call: IncomingCall) async throws -> UserID {
    let rows = try await database.run(
      MailTokenQueries.findReset, [.bytes(Self.digest(token)), .instant(time.now())],
      in: .allAccounts, deadline: call.deadline)
    guard let row = rows.first else { throw Self.refusal }
    return UserID(try row.int(0))
  }

  static let refusal = RPCError(field: "token", "Invalid or expired token")

  // MARK: Emails

  /// What is stored and mailed so that a user can verify the email.
  func verification(
    of email: String, for user: UserID, of account: AccountID, at now: Instant,
    in transaction: Transaction
  ) throws {
    let token = randomToken()
    Outbox.add(
      try postbox.mail(
        .emailVerification(token: token), to: email, of: account,
        lifetime: MailToken.verificationLifetime), in: transaction)
    transaction.runLater([
      (
        MailTokenQueries.insertVerification,
        [
          .id(account), .id(user), .text(email), .bytes(Self.digest(token)), .instant(now),
          .instant(now + MailToken.verificationLifetime),
        ]
      )
    ])
  }
}
