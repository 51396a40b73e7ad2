import Glibc
import Synchronization

/// Keeps mails as files instead of sending them: for machines where nobody reads mail. A mail that
/// is sent again replaces itself.
package struct MailFolder: Mailer {
  private let path: String
  private let sender: Sender
  private static let drafts = Atomic<Int>(0)

  /// - Parameter path: made when it is not there.
  package init(path: String, sender: Sender) { (self.path, self.sender) = (path, sender) }

  /// Writes the mail as a file named after its Message-ID, whole or not at all.
  /// - Throws: `.unavailable` when the file cannot be written.
  package func send(_ mail: MailMessage) async throws(MailFailure) {
    let name = String(mail.messageID.map { $0.isLetter || $0.isNumber ? $0 : "-" })
    let (file, draft) = ("\(path)/\(name).eml", "\(path)/.\(name).\(getpid()).\(Self.number())")
    mkdir(path, 0o700)
    try Self.write(mail.bytes(from: sender), to: draft)
    guard rename(draft, file) == 0 else { throw Self.failure(file) }
  }

  private static func number() -> Int { drafts.wrappingAdd(1, ordering: .relaxed).newValue }

  /// Readable by its owner only: mails carry tokens.
  private static func write(_ bytes: [UInt8], to file: String) throws(MailFailure) {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(file) }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw failure(file) }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw failure(file) }
  }

  private static func failure(_ file: String) -> MailFailure {
    .unavailable("\(file): \(String(cString: strerror(errno)))")
  }
}
