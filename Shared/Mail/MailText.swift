import Kernel

extension MailMessage {
  /// The mail as it travels (RFC 5322, RFC 2045): lines of at most 76 characters, all ASCII, each
  /// ended by CRLF.
  package func bytes(from sender: Sender) -> [UInt8] {
    let name = sender.name.isEmpty ? "" : MailHeader.phrase(sender.name) + " "
    let head = [
      "Date: \(MailHeader.date(date))",
      "From: \(name)<\(sender.address)>",
      "To: <\(MailHeader.plain(to))>",
      "Subject: \(MailHeader.unstructured(subject))",
      "Message-ID: <\(MailHeader.plain(messageID))>",
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: quoted-printable",
    ]
    let body = QuotedPrintable.encode(text)
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
  }
}

/// The texts of a mail's header.
enum MailHeader {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Tue, 10 Mar 2026 00:00:00 +0000`
  static func date(_ instant: Instant) -> String {
    let date = instant.date
    let second = instant.seconds - date.daysSinceEpoch * 86_400
    let day = days[Int((date.daysSinceEpoch % 7 + 7) % 7)]
    let time = [second / 3_600, second / 60 % 60, second % 60].map { number in
      number < 10 ? "0\(number)" : "\(number)"
    }
    return "\(day), \(date.day) \(months[date.month - 1]) \(date.year) "
      + time.joined(separator: ":") + " +0000"
  }

  /// Without what could end a line or begin another header.
  static func plain(_ text: String) -> String {
    String(text.unicodeScalars.filter { (0x21...0x7e).contains($0.value) }.map(Character.init))
  }

  /// Free text: as it is when short and ASCII, else as encoded words (RFC 2047).
  static func unstructured(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !text.contains("=?")
    return isPlain && text.utf8.count <= 60 ? text : words(text)
  }

  /// A name before an address: atoms as they are, else encoded words.
  static func phrase(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        || byte == UInt8(ascii: " ")
    }
    return isPlain && text.utf8.count <= 60 ? text : words(text)
  }

  /// What an encoded word may carry, so that the first fits behind `Subject:`.
  private static let longestWord = 54

  /// Encoded words, each of whole characters, on lines of their own.
  private static func words(_ text: String) -> String {
    var words: [String] = []
    var word = ""
    for character in text {
      let encoded = character.utf8.map(QuotedPrintable.escape).joined()
      if word.utf8.count + encoded.utf8.count > longestWord, !word.isEmpty {
        words.append(word)
        word = ""
      }
      word += encoded
    }
    if !word.isEmpty { words.append(word) }
    return words.map { "=?utf-8?Q?\($0)?=" }.joined(separator: "\r\n ")
  }
}

/// RFC 2045, section 6.7.
enum QuotedPrintable {
  private static let longestLine = 76

  static func encode(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(line)
      .joined(separator: "\r\n")
  }

  private static func line(_ text: Substring) -> String {
    var (done, current) = ("", "")
    let bytes = Array(text.utf8)
    for (index, byte) in bytes.enumerated() {
      let isBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
      let isPlain = (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "=")
      let isKept = isPlain || isBlank && index < bytes.count - 1
      let next = isKept ? String(UnicodeScalar(byte)) : escape(byte)
      if current.utf8.count + next.utf8.count > longestLine - 1 {
        done += current + "=\r\n"
        current = ""
      }
      current += next
    }
    return done + current
  }

  /// `=3D`
  static func escape(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.utf8.count < 2 ? "=0\(digits)" : "=\(digits)"
  }
}
