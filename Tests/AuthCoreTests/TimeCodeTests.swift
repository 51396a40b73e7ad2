import Kernel
import Testing

@testable import AuthCore

@Suite("Codes that change with the time")
struct TimeCodeTests {
  @Test("a code is cut out of the MAC as in RFC 4226, section 5.4")
  func truncation() {
    let mac: [UInt8] = [
      0x1f, 0x86, 0x98, 0x69, 0x0e, 0x02, 0xca, 0x16, 0x61, 0x85, 0x50, 0xef, 0x7f, 0x19, 0xda,
      0x8e, 0x94, 0x5b, 0x55, 0x5a,
    ]
    #expect(TimeCode.code(mac: mac) == "872921")
    #expect(TimeCode.code(mac: []) == "")
    #expect(TimeCode.code(mac: [UInt8](repeating: 0, count: 20)) == "000000")
  }

  @Test("a step is half a minute, and its bytes come high first")
  func steps() {
    #expect(TimeCode.step(at: Instant(seconds: 59)) == 1)
    #expect(TimeCode.step(at: Instant(seconds: 1_111_111_109)) == 0x23523ec)
    #expect(TimeCode.message(0x23523ec) == [0, 0, 0, 0, 0x02, 0x35, 0x23, 0xec])
  }

  @Test("a clock may be one step off, and no code counts twice nor one before it")
  func window() {
    let now = Instant(seconds: 3_000)
    func taken(_ step: Int64, after last: Int64 = 0) -> Int64? {
      TimeCode.step(taken: last, at: now) { $0 == step }
    }
    #expect((98...102).map { taken($0) } == [nil, 99, 100, 101, nil])
    #expect(taken(100, after: 100) == nil)
    #expect(taken(99, after: 100) == nil)
    #expect(taken(101, after: 100) == 101)
  }

  @Test("what people type is read with blanks and hyphens, and nothing else")
  func typed() {
    #expect(TimeCode.typed(" 123 456 ") == "123456")
    for text in ["12345", "1234567", "12345a", "１２３４５６", "", "-12345"] {
      #expect(TimeCode.typed(text) == nil)
    }
    let code = Base32.encode([UInt8](1...10))
    let shown = RecoveryCode.shown(code)
    #expect(shown.count == 19)
    #expect(RecoveryCode.typed(shown) == code)
    #expect(RecoveryCode.typed(shown.uppercased() + " ") == code)
    for text in [String(shown.dropLast()), shown + "a", "0000-0000-0000-0000", ""] {
      #expect(RecoveryCode.typed(text) == nil)
    }
  }

  @Test(
    "base32 is that of RFC 4648, section 10",
    arguments: [
      ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"),
      ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
    ])
  func base32(plain: String, text: String) {
    #expect(Base32.encode(Array(plain.utf8)) == text)
    #expect(Base32.decode(text) == Array(plain.utf8))
  }

  @Test("an authenticator reads the address as it is meant")
  func address() {
    let address = TimeCode.address(secret: "MZXW6", email: "a+b@x.example", issuer: "IGNY8 dev")
    #expect(
      address == "otpauth://totp/IGNY8%20dev:a%2Bb%40x.example?secret=MZXW6&issuer=IGNY8%20dev"
        + "&algorithm=SHA1&digits=6&period=30")
  }
}

@Suite("Letters")
struct LetterTests {
  @Test("a token stands behind a #, where no server sees it")
  func links() {
    let letters: [Letter] = [
      .passwordReset(token: "t0k"), .emailVerification(token: "t0k"),
      .invitation(account: "Engines", token: "t0k"),
    ]
    for letter in letters {
      let text = letter.text("https://igny8.example")
      #expect(text.contains("/#t0k\n"))
      #expect(!text.contains("?"))
    }
    #expect(Letter.invitation(account: "Engines", token: "").subject == "Join Engines")
  }
}
