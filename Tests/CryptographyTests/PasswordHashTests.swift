import Testing

@testable import Cryptography

@Suite("passwords")
struct PasswordHashTests {
  @Test("scrypt gives what RFC 7914 says")
  func vectors() throws {
    let first = try PasswordHash.derive(
      Array("password".utf8), Array("NaCl".utf8),
      .init(logCost: 10, blockSize: 8, parallelism: 16), count: 64)
    #expect(
      Hex.encode(first)
        == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")
    let second = try PasswordHash.derive(
      Array("pleaseletmein".utf8), Array("SodiumChloride".utf8),
      .init(logCost: 14, blockSize: 8, parallelism: 1), count: 64)
    #expect(
      Hex.encode(second)
        == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")
  }

  @Test(
    "the right password is told from wrong ones", arguments: ["", "correct horse", "pässwörd 🐎"])
  func verification(password: String) throws {
    let stored = try PasswordHash.make(password, parameters: .quick)
    #expect(stored.hasPrefix("$scrypt$ln=4,r=8,p=1$"))
    #expect(PasswordHash.verify(password, against: stored))
    #expect(!PasswordHash.verify(password + " ", against: stored))
    #expect(!PasswordHash.verify("wrong", against: stored))
  }

  @Test("two hashes of one password differ")
  func salt() throws {
    let first = try PasswordHash.make("password", parameters: .quick)
    #expect(try PasswordHash.make("password", parameters: .quick) != first)
  }

  @Test("full strength works and is what OWASP asks for")
  func strong() throws {
    let stored = try PasswordHash.make("password")
    #expect(stored.hasPrefix("$scrypt$ln=17,r=8,p=1$"))
    #expect(PasswordHash.verify("password", against: stored))
    #expect(!PasswordHash.needsRehash(stored))
  }

  @Test("a weaker hash, and one that cannot be read, wants to be made again")
  func rehash() throws {
    let stored = try PasswordHash.make("password", parameters: .quick)
    #expect(PasswordHash.needsRehash(stored))
    #expect(!PasswordHash.needsRehash(stored, parameters: .quick))
    #expect(PasswordHash.needsRehash("pbkdf2_sha256$1000$x$y"))
  }

  @Test(
    "what is no PHC string of scrypt verifies nothing",
    arguments: [
      "", "$", "$scrypt$", "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHQ$",
      "$argon2id$ln=4,r=8,p=1$c2FsdA$aGFzaA",
      "$scrypt$ln=99,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
      "$scrypt$ln=4,r=8$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
      "$scrypt$ln=-4,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
      "$scrypt$ln=4,r=8,p=1$!!!$aGFzaGhhc2hoYXNoaGFzaA",
    ])
  func malformed(stored: String) {
    #expect(!PasswordHash.verify("", against: stored))
    #expect(PasswordHash.needsRehash(stored, parameters: .quick))
  }

  @Test("parameters out of range are refused")
  func range() {
    #expect(throws: PasswordHashError.refused) {
      try PasswordHash.make("x", parameters: .init(logCost: 0, blockSize: 8, parallelism: 1))
    }
    #expect(throws: PasswordHashError.refused) {
      try PasswordHash.make("x", parameters: .init(logCost: 20, blockSize: 32, parallelism: 1))
    }
  }
}
