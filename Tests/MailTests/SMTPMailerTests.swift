import Kernel
import NIOSSL
import Settings
import TestKit
import Testing

@testable import Mail

@Suite("Handing in mails by SMTP", .timeLimit(.minutes(10)))
struct SMTPMailerTests {
  private let mail = MailMessage(
    to: "ada@lovelace.example", subject: "Hello", text: "Hi\n.\n..\nbye", messageID: "42@x.example",
    date: Instant(seconds: 1_773_100_803))

  /// What became of a mail; nil when it was taken.
  private func send(
    _ scheme: String, to server: SMTPStandIn, host: String = "127.0.0.1", login: String = "",
    authorities: String? = nil, patience: Duration = .seconds(20)
  ) async throws -> MailFailure? {
    let mailer = SMTPMailer(
      server: try #require(SMTPURL("\(scheme)://\(login)\(host):\(server.port)")),
      sender: try #require(Sender("IGNY8 <no-reply@igny8.example>")), authorities: authorities,
      patience: patience)
    do {
      try await mailer.send(mail)
      return nil
    } catch {
      return error
    }
  }

  private func tls(_ files: TestAuthority.Files) throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
    return try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) },
        privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))))
  }

  @Test("a mail arrives whole, lines of one dot included")
  func plain() async throws {
    let server = try await SMTPStandIn.start()
    #expect(try await send("smtp+plain", to: server) == nil)
    let got = try #require(server.mails.first)
    #expect(server.mails.count == 1)
    #expect(got.from == "no-reply@igny8.example")
    #expect(got.recipients == ["ada@lovelace.example"])
    #expect(got.lines.suffix(4) == ["Hi", ".", "..", "bye"])
    #expect(got.lines.contains("Message-ID: <42@x.example>"))
    try await server.stop()
  }

  @Test("STARTTLS and the login come before the mail", arguments: ["smtp", "smtps"])
  func protected(scheme: String) async throws {
    let files = try TestAuthority().issue("localhost")
    var manners = SMTPStandIn.Manners()
    (manners.tls, manners.isWrapped) = (try tls(files), scheme == "smtps")
    manners.login = ("user", "p@ss word")
    let server = try await SMTPStandIn.start(manners)
    let right = try await send(
      scheme, to: server, host: "localhost", login: "user:p%40ss%20word@",
      authorities: files.authority)
    #expect(right == nil)
    #expect(server.mails.map(\.user) == ["user"])
    #expect(server.mails.map(\.isProtected) == [true])
    let wrong = try await send(
      scheme, to: server, host: "localhost", login: "user:other@", authorities: files.authority)
    guard case .unavailable = wrong else { return #expect(Bool(false), "\(wrong as Any)") }
    #expect(server.mails.count == 1)
    try await server.stop()
  }

  @Test("a server without STARTTLS, or with a stranger's certificate, gets neither login nor mail")
  func unprotected() async throws {
    let bare = try await SMTPStandIn.start()
    guard case .unavailable = try await send("smtp", to: bare) else {
      return #expect(Bool(false), "sent in the clear")
    }
    var manners = SMTPStandIn.Manners()
    manners.tls = try tls(try TestAuthority().issue("localhost"))
    let stranger = try await SMTPStandIn.start(manners)
    let other = try TestAuthority().issue("localhost")
    let failure = try await send(
      "smtp", to: stranger, host: "localhost", login: "user:word@", authorities: other.authority)
    guard case .unavailable = failure else { return #expect(Bool(false), "\(failure as Any)") }
    #expect(bare.mails.isEmpty && stranger.mails.isEmpty)
    try await bare.stop()
    try await stranger.stop()
  }

  @Test(
    "what a server says decides whether another try makes sense",
    arguments: [
      ("(greeting)", "421 busy", true), ("MAIL", "451 later", true), ("RCPT", "450 full", true),
      ("RCPT", "550 nobody here", false), ("RCPT", "", true), ("DATA", "554 no", false),
      ("(end)", "452 no room", true), ("(end)", "552 too big", false), ("(end)", "", true),
      ("MAIL", "530 sign in first", true),
    ])
  func refusals(word: String, answer: String, isWorthAnother: Bool) async throws {
    var manners = SMTPStandIn.Manners()
    manners.answers = [word: answer]
    let server = try await SMTPStandIn.start(manners)
    switch try await send("smtp+plain", to: server) {
    case .unavailable: #expect(isWorthAnother)
    case .refused: #expect(!isWorthAnother)
    case nil: #expect(Bool(false), "taken")
    }
    #expect(server.mails.isEmpty)
    try await server.stop()
  }

  @Test("a server that is away or says nothing is waited for no longer than told")
  func silence() async throws {
    var manners = SMTPStandIn.Manners()
    manners.answers = ["MAIL": "250-", "RCPT": "250-"]
    let silent = try await SMTPStandIn.start(manners)
    let failure = try await send("smtp+plain", to: silent, patience: .milliseconds(300))
    guard case .unavailable = failure else { return #expect(Bool(false), "\(failure as Any)") }
    try await silent.stop()
    guard case .unavailable = try await send("smtp+plain", to: silent) else {
      return #expect(Bool(false), "nobody listens")
    }
  }
}
