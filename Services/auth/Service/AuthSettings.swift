import Cryptography
import Kernel
import Mail
import Settings

/// What an operator may set.
package struct AuthSettings: ServiceSettings {
  /// Seal the private keys of access tokens.
  package var secretKeys: SecretKeys?
  /// Who signs access tokens, and for whom.
  package var issuer = "igny8"
  package var audience = "igny8-api"
  package var accessLifetime: Duration = .seconds(900)
  /// How long a key signs; then a new one is made, and the old one verifies for a day more.
  package var keyLifetime: Duration = .seconds(90 * 86_400)
  /// Passwords that may be hashed at a time; each takes 128 MiB and a processor.
  package var hashesAtOnce = 2
  package var passwordStrength = PasswordHash.Parameters.strong
  /// Where the web app is, without a slash at the end.
  package var publicURL = "http://localhost:8080"
  package var smtpServer: SMTPURL?
  /// A PEM file of the authorities that may vouch for the SMTP server; nil for the system's.
  package var smtpAuthorities: String?
  /// Where mails are kept instead, if there is no server.
  package var mailFolder: String?
  package var mailFrom: Sender
  /// The developer that exists from the start, if there is to be one.
  package var staffEmail: String?
  package var staffPassword: Secret?

  package init() {
    mailFrom = Sender(name: "IGNY8", localPart: "no-reply", domain: "igny8.example")
  }

  package init(reading settings: SettingsReader) {
    let defaults = AuthSettings()
    self.init()
    do {
      secretKeys = try SecretKeys(parsing: settings.secret("IGNY8_SECRETS_KEYS").value)
    } catch {
      settings.refuse("IGNY8_SECRETS_KEYS", "must be id:64 hexadecimal digits, several by commas")
    }
    issuer = settings.string("IGNY8_AUTH_TOKEN_ISSUER", default: defaults.issuer)
    audience = settings.string("IGNY8_AUTH_TOKEN_AUDIENCE", default: defaults.audience)
    accessLifetime = settings.duration(
      "IGNY8_AUTH_ACCESS_LIFETIME", default: defaults.accessLifetime)
    keyLifetime = settings.duration("IGNY8_AUTH_KEY_LIFETIME", default: defaults.keyLifetime)
    hashesAtOnce = settings.int(
      "IGNY8_AUTH_HASHES_AT_ONCE", default: defaults.hashesAtOnce, in: 1...64)
    staffEmail = settings.optionalString("IGNY8_STAFF_EMAIL")
    staffPassword = settings.optionalSecret("IGNY8_STAFF_PASSWORD")
    readMail(settings)
    if (staffEmail == nil) != (staffPassword == nil) {
      settings.refuse("IGNY8_STAFF_PASSWORD", "goes together with IGNY8_STAFF_EMAIL")
    }
  }
}
