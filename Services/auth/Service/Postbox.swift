import AuthCore
import Cryptography
import Events
import JSON
import Kernel
import Logging
import Mail
import Postgres
import RPC

/// Puts mails into the outbox and takes them to the mailer. What waits there is sealed: it carries
/// tokens and addresses.
struct Postbox: Sendable {
  /// The outbox call that sends a mail.
  static let kind = "auth.mail"

  let settings: AuthSettings
  let mailer: (any Mailer)?
  let time: any TimeSource
  let log: Logger
  /// To be called when a commit has left messages in the outbox.
  let messagesWaiting: @Sendable () -> Void

  /// A mail to be sent once the transaction commits that it is added to.
  /// - Parameters:
  ///   - lifetime: how long it is worth sending.
  ///   - key: names the mail, where the same one may be added twice.
  /// - Throws: `.unavailable` without keys to seal it.
  func mail(
    _ letter: Letter, to email: String, of account: AccountID, lifetime: Duration,
    key: String? = nil
  ) throws -> OutboxMessage {
    let now = time.now()
    let content: JSONValue = [
      "to": .string(email), "subject": .string(letter.subject),
      "text": .string(letter.text(settings.publicURL)),
      "message_id": .string("\(SecureRandom().uuid())@\(settings.mailFrom.domain)"),
      "date": .int(now.microseconds), "until": .int((now + lifetime).microseconds),
    ]
    return try sealed(Self.kind, content, account, key: key)
  }

  /// An outbox call whose content nobody can read in the table.
  func sealed(
    _ kind: String, _ content: JSONValue, _ account: AccountID, key: String? = nil
  ) throws -> OutboxMessage {
    let seal = SealedSecret(
      sealing: content.text, with: try secretKeys(), context: Self.context(kind, account))
    let payload: JSONValue = ["sealed": .string(seal.text)]
    return .call(kind, account: account, payload: payload.text, key: key)
  }

  func open(_ message: OutboxMessage) throws -> JSONValue {
    let payload = try JSONValue(parsing: message.payload)
    let content = try SealedSecret(text: payload["sealed"]?.string ?? "")
      .openText(with: try secretKeys(), context: Self.context(message.kind, message.account))
    return try JSONValue(parsing: content)
  }

  private static func context(_ kind: String, _ account: AccountID) -> String {
    "auth.outbox/\(kind)/\(account.value)"
  }

  private func secretKeys() throws -> SecretKeys {
    guard let keys = settings.secretKeys else {
      throw RPCError(.unavailable, "Service unavailable", reason: "no_secret_keys")
    }
    return keys
  }

  /// Delivers such a message. A mail that comes too late is not sent, one that the server refuses
  /// is parked.
  func deliver(_ message: OutboxMessage) async throws {
    let content = try open(message)
    guard let to = content["to"]?.string, let subject = content["subject"]?.string,
      let text = content["text"]?.string, let messageID = content["message_id"]?.string,
      let date = content["date"]?.int, let until = content["until"]?.int
    else { throw RPCError(.invalidArgument, "not a mail") }
    guard time.now() < Instant(microseconds: until) else {
      return log.warning("a mail was not sent in time", metadata: ["message": "\(messageID)"])
    }
    guard let mailer else {
      throw RPCError(.unavailable, "neither IGNY8_SMTP_URL nor IGNY8_MAIL_FOLDER is set")
    }
    let mail = MailMessage(
      to: to, subject: subject, text: text, messageID: messageID,
      date: Instant(microseconds: date))
    do {
      try await mailer.send(mail)
    } catch .unavailable(let reason) {
      throw RPCError(.unavailable, reason)
    } catch .refused(let reason) {
      throw RPCError(.failedPrecondition, reason)
    }
  }
}
