import Kernel
import Testing

@testable import BillingCore

@Suite("The header Stripe-Signature")
struct StripeSignatureTests {
  private static let code = String(repeating: "a", count: 64)
  private static let other = String(repeating: "b", count: 64)
  private static let now = Instant(microseconds: 1_700_000_000_000_000)

  @Test(
    "what is no such header is refused",
    arguments: [
      "", "t=1", "v1=\(code)", "t=,v1=\(code)", "t=x,v1=\(code)", "t=-1,v1=\(code)",
      "t=1,t=2,v1=\(code)", "t=1,v1=abc", "t=1,v0=\(code)", "t=1;v1=\(code)", "t,v1=\(code)",
      "t=1234567890123,v1=\(code)",
    ])
  func malformed(header: String) { #expect(StripeSignature(header) == nil) }

  @Test("time and codes are read in any order, other schemes left aside")
  func read() throws {
    let signature = try #require(
      StripeSignature("v1=\(Self.code), t=17,v0=\(Self.other),v1=\(Self.other)"))
    #expect((signature.timestamp, signature.codes) == ("17", [Self.code, Self.other]))
    #expect(signature.message(Array("{}".utf8)) == Array("17.{}".utf8))
  }

  @Test("one of the codes must be right")
  func codes() throws {
    let signature = try #require(
      StripeSignature("t=1700000000,v1=\(Self.code),v1=\(Self.other)"))
    try signature.check([], at: Self.now) { code, _ in code == Self.other }
    #expect(throws: SignatureRefusal.wrong) {
      try signature.check([], at: Self.now) { _, _ in false }
    }
  }

  @Test(
    "five minutes off are borne, a second more is not, either way",
    arguments: [
      (-301, false), (-300, true), (0, true), (300, true), (301, false), (900_000_000, false),
    ] as [(Int64, Bool)])
  func tolerance(offset: Int64, isBorne: Bool) throws {
    let signature = try #require(
      StripeSignature("t=\(1_700_000_000 + offset),v1=\(Self.code)"))
    var refusal: SignatureRefusal?
    do throws(SignatureRefusal) {
      try signature.check([], at: Self.now) { _, _ in true }
    } catch {
      refusal = error
    }
    #expect(refusal == (isBorne ? nil : .outOfTime))
  }
}
