import AuthCore
import Events
import JSON
import Kernel
import Postgres
import RPC

/// What comes with another password, whichever way it came about: every session ends, no reset
/// link works any more, the user is told and it is written down.
struct PasswordChanges: Sendable {
  let postbox: Postbox
  let time: any TimeSource

  /// - Parameter user: locked by the transaction.
  func set(
    _ hash: String, for user: StoredUser, action: String, _ call: IncomingCall,
    in transaction: Transaction
  ) throws {
    let (account, now) = (user.account.id, time.now())
    let mine: [SQLValue] = [.id(account), .id(user.id)]
    transaction.runLater([
      (UserQueries.setPassword, mine + [.text(hash), .instant(now)]),
      (TokenQueries.revokeUser, mine + [.instant(now)]),
      (MailTokenQueries.voidResets, mine + [.instant(now)]),
      AuditEntry(action, user).command(call, at: now),
    ])
    Outbox.add(
      try postbox.mail(
        .passwordChanged, to: user.email, of: account, lifetime: .seconds(86_400)),
      in: transaction)
  }

  /// The password that a request asks for in a field.
  /// - Throws: `.invalidArgument` with everything that is wrong with it.
  static func wanted(
    _ password: String?, again: String?, email: String, field: String = "new_password"
  )
    throws -> String
  {
    guard let password, !password.isEmpty else { throw RPCError(required: field) }
    if let again, again != password {
      throw RPCError(field: "\(field)_confirm", "Passwords do not match")
    }
    let faults = PasswordRules.faults(in: password, email: email).map(\.message)
    guard faults.isEmpty else {
      throw RPCError(invalid: [FieldError(name: field, messages: faults)])
    }
    return password
  }
}
