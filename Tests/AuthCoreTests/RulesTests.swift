import AuthCore
import Kernel
import Testing

@Suite("Rules of auth")
struct RulesTests {
  @Test(
    "addresses that no mail server would take are refused",
    arguments: [
      "", "a", "@b.example", "a@", "a@b", "a@@b.example", "a b@c.example", "a@-b.example",
      "a@b..example", ".a@b.example", "a@b.example\n@c", "a@127.0.0.1",
    ])
  func badEmails(text: String) { #expect(EmailAddress(text) == nil) }

  @Test("an address is kept in lower case without blanks around it")
  func email() {
    #expect(EmailAddress(" Ada+News@Example.COM ")?.text == "ada+news@example.com")
    #expect(EmailAddress("ada@example.com")?.localPart == "ada")
  }

  @Test(
    "names become slugs",
    arguments: [
      ("Ada's Café & Bar", "adas-cafe-and-bar"), ("  --  ", "site"), ("Über 42!", "ueber-42"),
      ("日本", "site"),
    ])
  func slugs(name: String, slug: String) {
    #expect(Slug.make(of: name, fallback: "site") == slug)
    #expect(Slug.isValid(slug))
  }

  @Test("a slug that is taken gets the lowest free number")
  func freeSlug() {
    #expect(Slug.free("a", taken: []) == "a")
    #expect(Slug.free("a", taken: ["a", "a-2", "a-4"]) == "a-3")
    let long = String(repeating: "x", count: 63)
    #expect(Slug.free(long, taken: [long]).count == 63)
  }

  @Test("what is given for a taken slug begins with its stem", arguments: 50...63)
  func stem(length: Int) {
    for name in [String(repeating: "x", count: length), String(repeating: "x-y-", count: 16)] {
      let slug = Slug.make(of: name, fallback: "site")
      var taken: Set<String> = [slug]
      for _ in 0..<120 {
        let next = Slug.free(slug, taken: taken)
        #expect(next.hasPrefix(Slug.stem(of: slug)))
        #expect(taken.insert(next).inserted)
      }
    }
  }

  @Test("a password that is fine has no faults; one may have several")
  func passwords() {
    #expect(PasswordRules.faults(in: "correct-horse-7", email: "ada@b.example") == [])
    #expect(
      PasswordRules.faults(in: "1234567", email: "a@b.example") == [.tooShort, .entirelyNumeric])
    #expect(
      PasswordRules.faults(in: "adalovelace1", email: "ada.lovelace@b.example")
        == [.tooSimilarToEmail])
  }

  @Test("each failure beyond the free ones doubles the wait, up to the longest")
  func lockout() {
    let rule = Lockout.email
    let last = Instant(seconds: 1_000)
    #expect(rule.wait(failures: 4, last: last, at: last) == nil)
    #expect(rule.wait(failures: 5, last: last, at: last) == .seconds(2))
    #expect(rule.wait(failures: 8, last: last, at: last + .seconds(1)) == .seconds(15))
    #expect(rule.wait(failures: 90, last: last, at: last) == .seconds(900))
    #expect(rule.wait(failures: 90, last: last, at: last + .seconds(3_600)) == nil)
  }

  @Test("a refresh token answers once, again within the grace, and then never")
  func refresh() {
    let now = Instant(seconds: 1_000)
    let fresh = RefreshToken(expiresAt: now + .seconds(1))
    #expect(fresh.verdict(at: now) == .rotate)
    #expect(fresh.verdict(at: now + .seconds(1)) == .expired)
    let used = RefreshToken(expiresAt: now + RefreshToken.lifetime, usedAt: now)
    #expect(used.verdict(at: now + .seconds(10)) == .again)
    #expect(used.verdict(at: now + .seconds(11)) == .reused)
    let revoked = RefreshToken(expiresAt: now + .seconds(9), usedAt: now, revokedAt: now)
    #expect(revoked.verdict(at: now) == .revoked)
  }

  @Test("nobody manages whoever ranks above")
  func authority() {
    #expect(Authority.mayManage(.admin, .admin))
    #expect(!Authority.mayManage(.admin, .owner))
    #expect(Authority.mayManage(.owner, .owner))
    #expect(!Authority.mayManage(.owner, .developer))
    #expect(!Authority.mayManage(.editor, .viewer))
  }
}
