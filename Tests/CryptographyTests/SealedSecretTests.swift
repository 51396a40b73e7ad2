import Cryptography
import Testing

@Suite("secrets at rest")
struct SealedSecretTests {
  static let old = "2025:" + String(repeating: "01", count: 32)
  static let new = "2026:" + String(repeating: "02", count: 32)

  @Test(
    "what was sealed opens again", arguments: ["", "a", String(repeating: "long ", count: 5_000)])
  func roundTrip(text: String) throws {
    let keys = try SecretKeys(parsing: Self.new)
    let sealed = SealedSecret(sealing: text, with: keys, context: "account 7 key 3")
    #expect(sealed.text.hasPrefix("v1.2026."))
    #expect(try sealed.openText(with: keys, context: "account 7 key 3") == text)
  }

  @Test("the same secret never looks the same")
  func nonce() throws {
    let keys = try SecretKeys(parsing: Self.new)
    let first = SealedSecret(sealing: "secret", with: keys, context: "")
    #expect(SealedSecret(sealing: "secret", with: keys, context: "") != first)
  }

  @Test("a secret does not open for another account or row")
  func context() throws {
    let keys = try SecretKeys(parsing: Self.new)
    let sealed = SealedSecret(sealing: "secret", with: keys, context: "account 7")
    #expect(throws: SealedSecretError.notAuthentic) {
      try sealed.open(with: keys, context: "account 8")
    }
  }

  @Test("no byte of it can be changed unnoticed")
  func tampering() throws {
    let keys = try SecretKeys(parsing: Self.new)
    let sealed = SealedSecret(sealing: "secret", with: keys, context: "c").text
    let box = try #require(Base64.decode(sealed.split(separator: ".")[2]))
    #expect(box.count == 12 + 6 + 16)
    for index in box.indices {
      var changed = box
      changed[index] ^= 0x80
      let text = "v1.2026.\(Base64.encodeURLSafe(changed))"
      #expect(throws: SealedSecretError.notAuthentic) {
        try SealedSecret(text: text).open(with: keys, context: "c")
      }
    }
    #expect(throws: SealedSecretError.notAuthentic) {
      try SealedSecret(text: "v1.2026.\(Base64.encodeURLSafe(box.dropLast()))")
        .open(with: keys, context: "c")
    }
  }

  @Test("rotation: the old key opens, the new one seals")
  func rotation() throws {
    let before = try SecretKeys(parsing: Self.old)
    let during = try SecretKeys(parsing: "\(Self.new),\(Self.old)")
    let after = try SecretKeys(parsing: Self.new)
    let sealed = SealedSecret(sealing: "secret", with: before, context: "c")
    #expect(try sealed.openText(with: during, context: "c") == "secret")
    #expect(sealed.needsResealing(with: during))
    #expect(!SealedSecret(sealing: "x", with: during, context: "c").needsResealing(with: during))
    #expect(throws: SealedSecretError.unknownKey(id: "2025")) {
      try sealed.open(with: after, context: "c")
    }
  }

  @Test("the key id is bound too: another key's id does not open it")
  func keyID() throws {
    let one = String(repeating: "03", count: 32)
    let keys = try SecretKeys(parsing: "a:\(one),b:\(one)")
    let sealed = SealedSecret(sealing: "secret", with: keys, context: "c").text
    let renamed = SealedSecret(text: "v1.b" + sealed.dropFirst(4))
    #expect(throws: SealedSecretError.notAuthentic) { try renamed.open(with: keys, context: "c") }
  }

  @Test(
    "what nobody sealed is refused",
    arguments: ["", "v1.2026.", "v2.2026.AAAA", "plain", "v1.2026.AAAA"])
  func malformed(text: String) throws {
    let keys = try SecretKeys(parsing: Self.new)
    #expect(throws: SealedSecretError.malformed) {
      try SealedSecret(text: text).open(with: keys, context: "")
    }
  }

  @Test(
    "wrong keys are refused by their position",
    arguments: [
      ("", 0), ("nokey", 1), ("a:00", 1), ("\(old),b:zz", 2), ("\(old),\(old)", 2),
      (":" + String(repeating: "01", count: 32), 1),
    ])
  func badKeys(text: String, position: Int) {
    #expect(throws: SealedSecretError.badKeys(position: position)) {
      try SecretKeys(parsing: text)
    }
  }

  @Test("keys do not print themselves")
  func masked() throws {
    let keys = try SecretKeys(parsing: Self.new)
    var dumped = ""
    dump(keys, to: &dumped)
    for text in ["\(keys)", String(reflecting: keys), dumped] {
      #expect(text.contains("2026"))
      #expect(!text.contains("2, 2") && !text.contains("0202"))
    }
  }
}

@Suite("random bytes and encodings")
struct EncodingTests {
  @Test("tokens are url-safe, long enough and never the same")
  func tokens() {
    let tokens = (0..<1_000).map { _ in randomToken() }
    #expect(Set(tokens).count == 1_000)
    for token in tokens {
      #expect(token.utf8.count == 43)
      #expect(token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
    }
    #expect(randomBytes(0).isEmpty)
    #expect(randomBytes(5).count == 5)
    #expect(SecureRandom().next() != SecureRandom().next())
  }

  @Test(
    "base64 is that of RFC 4648",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
  func base64(text: String, encoded: String) {
    let bytes = Array(text.utf8)
    #expect(Base64.encode(bytes) == encoded)
    #expect(Base64.decode(encoded) == bytes)
    #expect(Base64.decode(Base64.encodeURLSafe(bytes)) == bytes)
  }

  @Test(
    "both alphabets are read, and nothing else",
    arguments: ["A", "Zg=", "Z===", "Zh==", "Zm9v!", "Zm 9v", "=", "Zg==Zg=="])
  func strictness(text: String) {
    #expect(Base64.decode("-_-_") == [0xfb, 0xff, 0xbf])
    #expect(Base64.decode("+/+/") == [0xfb, 0xff, 0xbf])
    #expect(Base64.decode(text) == nil)
  }

  @Test("hexadecimal goes there and back; odd and foreign digits are refused")
  func hex() {
    let all = [UInt8](0...255)
    #expect(Hex.decode(Hex.encode(all)) == all)
    #expect(Hex.decode("0aFf") == [10, 255])
    #expect(Hex.decode("0") == nil)
    #expect(Hex.decode("0g") == nil)
    #expect(Hex.decode("+1") == nil)
  }
}
