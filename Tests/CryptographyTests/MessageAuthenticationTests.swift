import Cryptography
import Testing

@Suite("message authentication")
struct MessageAuthenticationTests {
  /// RFC 4231, section 4: key, message, code; all in hexadecimal.
  static let vectors: [(key: String, message: String, code: String)] = [
    (
      String(repeating: "0b", count: 20), "4869205468657265",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    (
      "0102030405060708090a0b0c0d0e0f10111213141516171819", String(repeating: "cd", count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
    (
      String(repeating: "aa", count: 131),
      "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a6520"
        + "4b6579202d2048617368204b6579204669727374",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ]

  @Test("codes are those of the RFC", arguments: vectors)
  func vector(key: String, message: String, code: String) throws {
    let key = try #require(Hex.decode(key))
    let message = try #require(Hex.decode(message))
    #expect(Hex.encode(MessageAuthentication.hmacSHA256(key: key, message)) == code)
  }

  @Test("one authenticator gives the same codes again, from several tasks at once")
  func reuse() async {
    let authenticator = MessageAuthenticator(key: [1, 2, 3])
    await withTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        let message = Array("message \(number)".utf8)
        group.addTask {
          authenticator.code(for: message)
            == MessageAuthentication.hmacSHA256(key: [1, 2, 3], message)
        }
      }
      for await isSame in group { #expect(isSame) }
    }
  }

  @Test("a code is valid for its message and for no other")
  func validity() {
    let authenticator = MessageAuthenticator(key: Array("key".utf8))
    let message = Array("message".utf8)
    var code = authenticator.code(for: message)
    message.withUnsafeBytes { #expect(authenticator.isValid(code, for: $0)) }
    code[31] ^= 1
    message.withUnsafeBytes { #expect(!authenticator.isValid(code, for: $0)) }
    message.withUnsafeBytes { #expect(!authenticator.isValid([], for: $0)) }
  }

  @Test("comparison finds equal what is equal and nothing else")
  func comparison() {
    #expect(MessageAuthentication.constantTimeEquals([], []))
    #expect(MessageAuthentication.constantTimeEquals("täst", "täst"))
    #expect(!MessageAuthentication.constantTimeEquals("test", "tesT"))
    #expect(!MessageAuthentication.constantTimeEquals([1, 2], [1, 2, 3]))
  }
}

@Suite("digests")
struct DigestTests {
  @Test(
    "digests are those of FIPS 180",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func vectors(text: String, digest: String) {
    #expect(Digest.sha256Hex(text) == digest)
  }

  @Test("a message in pieces has the digest of the whole")
  func pieces() {
    let message = [UInt8]((0..<1_000).map { UInt8($0 % 251) })
    var digest = Digest()
    for start in stride(from: 0, to: 1_000, by: 77) {
      digest.add(Array(message[start..<min(start + 77, 1_000)]))
    }
    #expect(digest.finish() == Digest.sha256(message))
  }

  @Test("a million letters a")
  func million() {
    let text = [UInt8](repeating: 0x61, count: 1_000_000)
    #expect(
      Digest.sha256Hex(text) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("SHA-1 is the one that protocols name things by")
  func sha1() {
    #expect(Digest.sha1Hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
  }
}

@Suite("HMAC-SHA-1")
struct HMACSHA1Tests {
  @Test("the codes are those of RFC 2202, and of RFC 4226, appendix D")
  func vectors() {
    func code(_ key: [UInt8], _ message: [UInt8]) -> String {
      Hex.encode(MessageAuthentication.hmacSHA1(key: key, message))
    }
    #expect(
      code([UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8))
        == "b617318655057264e28bc0b6fb378c8ef146be00")
    let long = "Test Using Larger Than Block-Size Key - Hash Key First"
    #expect(
      code([UInt8](repeating: 0xaa, count: 80), Array(long.utf8))
        == "aa4ae5e15272d00e95705637ce8a3b55ed402112")
    #expect(
      code(Array("12345678901234567890".utf8), [0, 0, 0, 0, 0, 0, 0, 1])
        == "75a48a19d4cbe100644e8ac1397eea747a2d33ab")
  }
}
