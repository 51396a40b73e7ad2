import Kernel

/// What a mail of this context says.
package enum Letter: Sendable, Equatable {
  case passwordReset(token: String)
  case emailVerification(token: String)
  case passwordChanged
  case invitation(account: String, token: String)
  case twoFactor(isOn: Bool)
  case twoFactorReset
  case exportReady(until: Instant)
  case money(MoneyLetter)

  package var subject: String {
    switch self {
    case .passwordReset: "Set a new password"
    case .emailVerification: "Verify your email address"
    case .passwordChanged: "Your password was changed"
    case .invitation(let account, _): "Join \(account)"
    case .twoFactor(let isOn): "Two-factor sign-in is \(isOn ? "on" : "off")"
    case .twoFactorReset: "Two-factor sign-in was switched off for you"
    case .exportReady: "The archive of your account is ready"
    case .money(let letter): letter.subject
    }
  }

  /// - Parameter url: where the web app is, without a slash at the end. Tokens stand behind a `#`,
  ///   which no browser sends to a server, so that none ends in a log.
  package func text(_ url: String) -> String {
    switch self {
    case .passwordReset(let token):
      """
      Somebody, probably you, asked for a new password.

      Set it here within an hour; the link works once:
      \(url)/password-reset/#\(token)

      If it was not you, do nothing: your password stays as it is.
      """
    case .emailVerification(let token):
      """
      Please show that this address is yours by opening this link within three days:
      \(url)/verify-email/#\(token)

      If you have not signed up, do nothing.
      """
    case .passwordChanged:
      """
      Your password was changed, and you were signed out everywhere.

      If it was not you, set a new one now:
      \(url)/password-reset/
      """
    case .invitation(let account, let token):
      """
      You are invited to join \(account).

      Choose your password here within seven days; the link works once:
      \(url)/invitation/#\(token)

      If you know nobody there, do nothing.
      """
    case .twoFactor(let isOn):
      """
      Signing in to your account takes \(isOn ? "a code besides" : "nothing but") your password now.

      If it was not you, set a new password:
      \(url)/password-reset/
      """
    case .twoFactorReset:
      """
      Our staff switched two-factor sign-in off for you, because your second factor was said to be
      lost. You were signed out everywhere, and signing in takes nothing but your password now.
      Please set up two-factor sign-in again.

      If it was not you who asked for this, set a new password now:
      \(url)/password-reset/
      """
    case .exportReady(let end):
      """
      The archive that you asked for, with everything your account has, is ready.

      Sign in to download it until \(end.rfc3339):
      \(url)/account/export/
      """
    case .money(let letter): letter.text(url)
    }
  }
}

/// How long a token counts that travels by mail.
package enum MailToken {
  package static let resetLifetime: Duration = .seconds(3_600)
  package static let verificationLifetime: Duration = .seconds(3 * 86_400)
  package static let invitationLifetime: Duration = .seconds(7 * 86_400)
  /// Reset mails that a user gets within an hour, whoever asks for them.
  package static let resetsAnHour = 5
}
