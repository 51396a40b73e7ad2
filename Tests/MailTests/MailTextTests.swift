import Foundation
import Kernel
import TestKit
import Testing

@testable import Mail

@Suite("Mails as they travel")
struct MailTextTests {
  private let sender = Sender("IGNY8 <no-reply@igny8.example>")

  private func lines(_ mail: MailMessage) throws -> [String] {
    let bytes = mail.bytes(from: try #require(sender))
    #expect(bytes.allSatisfy { $0 < 0x80 })
    return String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
  }

  private func mail(_ subject: String = "Hello", _ text: String = "Hi") -> MailMessage {
    MailMessage(
      to: "ada@lovelace.example", subject: subject, text: text, messageID: "42@igny8.example",
      date: Instant(seconds: 1_773_100_803))
  }

  @Test("a header has what RFC 5322 asks for")
  func header() throws {
    let lines = try lines(mail())
    #expect(lines.contains("Date: Tue, 10 Mar 2026 00:00:03 +0000"))
    #expect(lines.contains("From: IGNY8 <no-reply@igny8.example>"))
    #expect(lines.contains("To: <ada@lovelace.example>"))
    #expect(lines.contains("Subject: Hello"))
    #expect(lines.contains("Message-ID: <42@igny8.example>"))
    #expect(lines.last == "Hi")
  }

  @Test("a subject cannot end its line and begin another header")
  func injection() throws {
    let lines = try lines(mail("Join us\r\nBcc: all@example.org\r\n\r\nBuy", "x"))
    #expect(!lines.contains { $0.hasPrefix("Bcc") || $0.hasPrefix("Buy") })
    let to = MailMessage(
      to: "a@b.example\r\nBcc: c@d.example", subject: "", text: "", messageID: "1\r\nX: y",
      date: Instant(seconds: 0))
    #expect(try !self.lines(to).contains { $0.hasPrefix("Bcc") || $0.hasPrefix("X:") })
  }

  @Test("other letters travel in encoded words of whole characters")
  func words() throws {
    let lines = try lines(mail("Einladung zu Köln, Zürich, Łódź und 東京の会社", "é = 1"))
    let start = try #require(lines.firstIndex { $0.hasPrefix("Subject:") })
    let folded = lines[start...].prefix { $0.hasPrefix("Subject:") || $0.hasPrefix(" ") }
    #expect(folded.count > 1)
    #expect(folded.allSatisfy { $0.utf8.count <= 76 })
    let coded = folded.map { line in
      line.replacingOccurrences(of: "Subject: ", with: "").trimmingCharacters(in: .whitespaces)
        .replacingOccurrences(of: "=?utf-8?Q?", with: "").replacingOccurrences(of: "?=", with: "")
    }
    let decoded = coded.map { $0.replacingOccurrences(of: "=", with: "%").removingPercentEncoding }
    #expect(decoded.compactMap(\.self).joined() == "Einladung zu Köln, Zürich, Łódź und 東京の会社")
    #expect(lines.last == "=C3=A9 =3D 1")
  }

  @Test("long lines are broken softly, and blanks at their ends are kept")
  func body() throws {
    let long = String(repeating: "https://igny8.example/reset#", count: 9)
    let lines = try lines(mail("Hello", "one \n\(long)\n.\nend"))
    #expect(lines.allSatisfy { $0.utf8.count <= 76 })
    #expect(lines.contains("one=20"))
    #expect(lines.contains("."))
    #expect(lines.joined(separator: "\n").replacingOccurrences(of: "=\n", with: "").contains(long))
  }

  @Test(
    "senders are read with and without a name",
    arguments: [
      ("no-reply@igny8.example", "no-reply@igny8.example", ""),
      ("IGNY8 Team <a@b.example>", "a@b.example", "IGNY8 Team"),
    ])
  func senders(text: String, address: String, name: String) {
    #expect(Sender(text)?.address == address)
    #expect(Sender(text)?.name == name)
  }

  @Test(
    "what is no sender is refused",
    arguments: ["", "nobody", "a@", "a b@c.example", "x <a@b.example", "a@b\r\nc"])
  func noSender(text: String) {
    #expect(Sender(text) == nil)
  }

  @Test("a folder keeps each mail as a file of its owner's, once")
  func folder() async throws {
    let path = FileManager.default.temporaryDirectory.path + "/igny8-mail-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let folder = MailFolder(path: path, sender: try #require(sender))
    for text in ["first", "first, sent again"] { try await folder.send(mail("Hello", text)) }
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    #expect(names == ["42-igny8-example.eml"])
    let file = path + "/42-igny8-example.eml"
    #expect(try String(contentsOfFile: file, encoding: .utf8).hasSuffix("first, sent again"))
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
    #expect(mode as? Int == 0o600)
    let nowhere = MailFolder(path: "/proc/nowhere", sender: try #require(sender))
    await #expect(throws: MailFailure.self) { try await nowhere.send(mail()) }
  }
}
