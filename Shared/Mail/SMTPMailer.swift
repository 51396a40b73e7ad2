import CCurl
import Dispatch
import Kernel
import Settings

/// Hands mails in at an SMTP server (RFC 5321), one connection a mail.
package struct SMTPMailer: Mailer {
  private let server: SMTPURL
  private let sender: Sender
  private let authorities: String?
  private let patience: Duration

  /// - Parameters:
  ///   - authorities: a PEM file of the authorities that may vouch for the server; the system's
  ///     unless told otherwise.
  ///   - patience: how long one mail may take; keep it below the lease of whoever delivers.
  package init(
    server: SMTPURL, sender: Sender, authorities: String? = nil,
    patience: Duration = .seconds(20)
  ) {
    (self.server, self.sender) = (server, sender)
    (self.authorities, self.patience) = (authorities, patience)
  }

  /// Returns once the server has taken the mail.
  /// - Throws: `.refused` when the server will not have it, `.unavailable` for all else.
  package func send(_ mail: MailMessage) async throws(MailFailure) {
    // curl blocks its thread for as long as the server does.
    let failure: MailFailure? = await withCheckedContinuation { waiting in
      DispatchQueue.global(qos: .utility).async { waiting.resume(returning: handIn(mail)) }
    }
    if let failure { throw failure }
  }

  /// What curl is to connect to; the path is the name that we introduce ourselves by.
  private var url: String {
    let scheme = server.protection == .tls ? "smtps" : "smtp"
    return "\(scheme)://\(Address(host: server.host, port: server.port))/\(sender.domain)"
  }

  private func handIn(_ mail: MailMessage) -> MailFailure? {
    guard let transfer = CurlTransfer() else { return .unavailable("no memory for a connection") }
    transfer.set(CURLOPT_URL, url)
    transfer.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    transfer.set(CURLOPT_NOSIGNAL, 1)
    transfer.set(CURLOPT_TIMEOUT_MS, Int(patience.milliseconds))
    transfer.set(CURLOPT_CONNECTTIMEOUT_MS, Int(min(patience, .seconds(10)).milliseconds))
    let isPlain = server.protection == .none
    transfer.set(CURLOPT_USE_SSL, Int((isPlain ? CURLUSESSL_NONE : CURLUSESSL_ALL).rawValue))
    if let authorities { transfer.set(CURLOPT_CAINFO, authorities) }
    if let user = server.user, let password = server.password {
      transfer.set(CURLOPT_USERNAME, user)
      transfer.set(CURLOPT_PASSWORD, password.value)
    }
    transfer.set(CURLOPT_MAIL_FROM, "<\(sender.address)>")
    return transfer.send(mail.bytes(from: sender), to: "<\(MailHeader.plain(mail.to))>")
  }
}
