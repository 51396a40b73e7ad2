import Foundation
import Kernel
import TestKit
import Testing

@testable import Cryptography

@Suite("certificates")
struct CertificateTests {
  private static let day = Duration.seconds(86_400)
  private var now: Instant { RealTime().now() }

  private func read(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  @Test("a certificate tells its names, its end and its key")
  func facts() throws {
    let authority = try TestAuthority()
    let names = ["billing", "billing.igny8.svc", "*.example"]
    let files = try authority.issue("billing", dnsNames: names, days: 10)
    let own = try #require(Certificate.list(pem: try read(files.certificate)).first)
    #expect(own.dnsNames == names)
    #expect(own.expires > now + Self.day * 9 && own.expires < now + Self.day * 11)
    #expect(own.belongs(toKeyIn: try read(files.key)))
    #expect(!own.belongs(toKeyIn: try read(try authority.issue("edge").key)))
    #expect(!own.belongs(toKeyIn: try read(files.certificate)))
    let root = try #require(Certificate.list(pem: try read(authority.certificate)).first)
    #expect(root.dnsNames == [])
  }

  @Test("it is trusted below its authority, in its time, for its purpose, and else says why not")
  func trust() throws {
    let (ours, theirs) = (try TestAuthority(), try TestAuthority())
    func list(_ path: String) throws -> [Certificate] { Certificate.list(pem: try read(path)) }
    let own = try #require(list(try ours.issue("billing", usage: "serverAuth").certificate).first)
    func distrust(
      _ role: Certificate.Role, _ authority: String, after: Duration = .zero
    ) throws -> String? {
      own.distrust(chain: [], authorities: try list(authority), as: role, now: now + after)
    }
    #expect(try distrust(.server, ours.certificate) == nil)
    #expect(try distrust(.server, theirs.certificate)?.contains("issuer") == true)
    #expect(try distrust(.client, ours.certificate)?.contains("purpose") == true)
    #expect(
      try distrust(.server, ours.certificate, after: Self.day * 31)?.contains("expired") == true)
    #expect(
      try distrust(.server, ours.certificate, after: Self.day * -2)?.contains("not yet valid")
        == true)
  }

  @Test("bytes that hold no certificate or key give none, and nobody is asked for a passphrase")
  func nonsense() throws {
    for bytes in [[], [0], Array("-----BEGIN CERTIFICATE-----\nMII\n".utf8), Array("x".utf8)] {
      #expect(Certificate.list(pem: bytes).isEmpty)
      #expect(Certificate(der: bytes) == nil)
      #expect(!Certificate.isPrivateKey(pem: bytes))
    }
    let files = try TestAuthority().issue("billing")
    let sealed = files.key + ".sealed"
    let (status, _) = try TestAuthority.run([
      "openssl", "ec", "-in", files.key, "-aes256", "-passout", "pass:secret", "-out", sealed,
    ])
    #expect(status == 0)
    #expect(Certificate.isPrivateKey(pem: try read(files.key)))
    #expect(!Certificate.isPrivateKey(pem: try read(sealed)))
  }
}
