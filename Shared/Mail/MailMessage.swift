import Kernel

/// A mail to one person, in plain text.
package struct MailMessage: Sendable, Equatable {
  /// A bare address, `ada@lovelace.example`; whoever makes the mail has checked its form.
  package var to: String
  package var subject: String
  /// Lines between `\n`.
  package var text: String
  /// Without angle brackets, `1f0c…@igny8.example`. The same mail sent twice has the same one, by
  /// which its readers see that it is one mail.
  package var messageID: String
  package var date: Instant

  package init(to: String, subject: String, text: String, messageID: String, date: Instant) {
    (self.to, self.subject, self.text) = (to, subject, text)
    (self.messageID, self.date) = (messageID, date)
  }
}

/// Who mails come from: a bare address, with a name if there is one.
package struct Sender: Sendable, Hashable {
  package let address: String
  package let name: String

  /// Reads `no-reply@igny8.example` or `IGNY8 <no-reply@igny8.example>`; nil for anything else.
  package init?(_ text: String) {
    var (name, address) = (Substring(""), text[...])
    if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
      (name, address) = (text[..<open], text[text.index(after: open)...].dropLast())
    }
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
      address.utf8.allSatisfy({ (0x21...0x7e).contains($0) && !"<>,;:\"()".utf8.contains($0) })
    else { return nil }
    while name.last == " " { name.removeLast() }
    while name.first == " " { name.removeFirst() }
    (self.name, self.address) = (String(name), String(address))
  }

  /// - Parameters: texts that need no check because they stand in the program.
  package init(name: String, localPart: StaticString, domain: StaticString) {
    (self.name, address) = (name, "\(localPart)@\(domain)")
  }

  /// What stands behind the `@`.
  package var domain: String { address.split(separator: "@").last.map(String.init) ?? "" }
}

/// Where mails go. A mail that is sent again after a failure, or after a process that died without
/// knowing how it went, may reach its reader twice.
package protocol Mailer: Sendable {
  func send(_ mail: MailMessage) async throws(MailFailure)
}

/// Why a mail was not sent.
package enum MailFailure: Error, Equatable {
  /// Worth another try: the server is away, busy, or does not let us in.
  case unavailable(String)
  /// The server will not have this mail.
  case refused(String)
}
