import Kernel

/// Codes that change with the time (TOTP, RFC 6238, over HOTP, RFC 4226): six digits, a new one
/// every thirty seconds, SHA-1, as every authenticator app has them.
package enum TimeCode {
  /// Bytes of a secret: as many as RFC 4226 recommends.
  package static let secretBytes = 20
  package static let period: Int64 = 30
  package static let digits = 6
  /// How many steps a clock may be ahead or behind.
  package static let drift: Int64 = 1

  /// The number of the period that a moment lies in.
  package static func step(at now: Instant) -> Int64 { now.seconds / period }

  /// A code out of the 20 bytes of an HMAC-SHA-1 (RFC 4226, section 5.3).
  package static func code(mac: [UInt8]) -> String {
    let offset = Int((mac.last ?? 0) & 0xf)
    guard mac.count >= offset + 4 else { return "" }
    let number = mac[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
    let text = String(number % 1_000_000)
    return String(repeating: "0", count: digits - text.count) + text
  }

  /// The bytes that are authenticated for a step.
  package static func message(_ step: Int64) -> [UInt8] {
    (0..<8).reversed().map { UInt8(truncatingIfNeeded: step >> ($0 * 8)) }
  }

  /// The step whose code was given, of those about now; nil when it is none of theirs, or when that
  /// code or a later one was taken before. Every step is looked at, whichever fits.
  /// - Parameters:
  ///   - last: the step of the latest code that was taken.
  ///   - isCode: whether the text is a step's code, compared in constant time.
  package static func step(
    taken last: Int64, at now: Instant, isCode: (Int64) -> Bool
  ) -> Int64? {
    let middle = step(at: now)
    let fitting = (middle - drift...middle + drift).filter(isCode)
    return fitting.first { $0 > last }
  }

  /// What people type: digits, perhaps with blanks between them; nil for anything else.
  package static func typed(_ text: String) -> String? {
    let plain = String(text.filter { !$0.isWhitespace })
    return plain.utf8.count == digits && plain.utf8.allSatisfy { (0x30...0x39).contains($0) }
      ? plain : nil
  }

  /// What an authenticator app reads from a picture or a link (Google Authenticator, Key URI
  /// Format).
  package static func address(secret: String, email: String, issuer: String) -> String {
    let name = escaped(issuer)
    return "otpauth://totp/\(name):\(escaped(email))?secret=\(secret)&issuer=\(name)"
      + "&algorithm=SHA1&digits=\(digits)&period=\(period)"
  }

  private static func escaped(_ text: String) -> String {
    let hexadecimal = Array("0123456789ABCDEF")
    return text.utf8.map { byte in
      let character = Character(UnicodeScalar(byte))
      if character.isASCIILetterOrDigit || "-._~".contains(character) { return String(character) }
      return "%\(hexadecimal[Int(byte >> 4)])\(hexadecimal[Int(byte & 15)])"
    }.joined()
  }
}

/// Codes to sign in with once each when the authenticator is lost.
package enum RecoveryCode {
  package static let count = 10
  /// 80 bits: too many to guess even from a digest.
  package static let bytes = 10

  /// As people read it: groups of four characters.
  package static func shown(_ code: String) -> String {
    stride(from: 0, to: code.count, by: 4).map { String(code.dropFirst($0).prefix(4)) }
      .joined(separator: "-").lowercased()
  }

  /// What people type, as it was made; nil for what is no code.
  package static func typed(_ text: String) -> String? {
    let plain = text.filter { $0 != "-" && !$0.isWhitespace }.uppercased()
    return plain.utf8.count == bytes * 8 / 5 && Base32.decode(plain) != nil ? plain : nil
  }
}

/// RFC 4648, section 6, without padding.
package enum Base32 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

  package static func encode(_ bytes: [UInt8]) -> String {
    var (text, bits, count) = ([UInt8](), 0, 0)
    for byte in bytes {
      (bits, count) = (bits << 8 | Int(byte), count + 8)
      while count >= 5 {
        count -= 5
        text.append(alphabet[bits >> count & 31])
      }
      bits &= (1 << count) - 1
    }
    if count > 0 { text.append(alphabet[bits << (5 - count) & 31]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for what is no such text; left-over bits are dropped.
  package static func decode(_ text: String) -> [UInt8]? {
    var (bytes, bits, count) = ([UInt8](), 0, 0)
    for letter in text.utf8 {
      guard let value = alphabet.firstIndex(of: letter) else { return nil }
      (bits, count) = (bits << 5 | value, count + 5)
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        bits &= (1 << count) - 1
      }
    }
    return bytes
  }
}
