import Events
import Kernel
import Mail
import RPC
import Settings

extension AuthSettings {
  /// What mails go through; nil when the settings name nothing, and then they wait.
  package var mailer: (any Mailer)? {
    if let smtpServer {
      return SMTPMailer(server: smtpServer, sender: mailFrom, authorities: smtpAuthorities)
    }
    return mailFolder.map { MailFolder(path: $0, sender: mailFrom) }
  }

  mutating func readMail(_ settings: SettingsReader) {
    let url = settings.string("IGNY8_PUBLIC_URL", default: publicURL)
    publicURL = url.hasSuffix("/") ? String(url.dropLast()) : url
    if let text = settings.optionalSecret("IGNY8_SMTP_URL") {
      smtpServer = SMTPURL(text.value)
      if smtpServer == nil {
        settings.refuse(
          "IGNY8_SMTP_URL",
          "must be smtp://user:password@host:port (STARTTLS), smtps:// or smtp+plain://")
      }
    }
    smtpAuthorities = settings.optionalString("IGNY8_SMTP_AUTHORITY")
    mailFolder = settings.optionalString("IGNY8_MAIL_FOLDER")
    if let text = settings.optionalString("IGNY8_MAIL_FROM") {
      if let sender = Sender(text) {
        mailFrom = sender
      } else {
        settings.refuse("IGNY8_MAIL_FROM", "must be an address, or Name <address>")
      }
    } else if smtpServer != nil {
      settings.refuse("IGNY8_MAIL_FROM", "goes together with IGNY8_SMTP_URL")
    }
  }
}
