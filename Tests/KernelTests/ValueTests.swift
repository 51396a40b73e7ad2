import Kernel
import TestKit
import Testing

@Suite("values of the kernel")
struct ValueTests {
  @Test("backoff doubles up to its limit, and jitter takes half of it at most")
  func backoff() {
    let backoff = Backoff(base: .milliseconds(100), limit: .seconds(5))
    let chance = SeededChance(seed: 2)
    let ceilings = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]
    for (index, ceiling) in ceilings.enumerated() {
      var seen: Set<Duration> = []
      for _ in 0..<200 {
        let delay = backoff.delay(attempt: index + 1, chance: chance)
        #expect(delay >= .milliseconds(ceiling) / 2 && delay <= .milliseconds(ceiling))
        seen.insert(delay)
      }
      #expect(seen.count > 100)
    }
    #expect(backoff.delay(attempt: .max, chance: chance) <= .seconds(5))
    #expect(backoff.delay(attempt: 0, chance: chance) <= .milliseconds(100))
  }

  @Test("uuids have the shape of version 4 and do not repeat")
  func uuid() {
    let chance = SeededChance(seed: 3)
    var seen: Set<String> = []
    for _ in 0..<1_000 {
      let uuid = chance.uuid()
      #expect(
        uuid.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
          != nil)
      seen.insert(uuid)
    }
    #expect(seen.count == 1_000)
  }

  @Test("fractions lie in 0..<1 and numbers below their bound")
  func chance() {
    let chance = SeededChance(seed: 4)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<7_000 {
      #expect((0..<1).contains(chance.fraction()))
      counts[chance.below(7)] += 1
    }
    for count in counts { #expect((800...1_200).contains(count)) }
  }

  @Test("the same seed is the same run")
  func seeds() {
    let (one, same, other) = (SeededChance(seed: 5), SeededChance(seed: 5), SeededChance(seed: 6))
    let numbers = (0..<10).map { _ in one.next() }
    #expect(numbers == (0..<10).map { _ in same.next() })
    #expect(numbers != (0..<10).map { _ in other.next() })
  }

  @Test(
    "hashes are those of FNV-1a",
    arguments: [
      ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
    ] as [(String, UInt64)])
  func stableHash(text: String, hash: UInt64) {
    #expect(StableHash(text).value == hash)
    var pieces = StableHash()
    for character in text { pieces.add(String(character)) }
    #expect(pieces.value == hash)
  }

  @Test("identifiers compare by value and print it")
  func identifiers() {
    #expect(AccountID(3) < AccountID(20))
    #expect(AccountID(3) == AccountID(3))
    #expect("\(SiteID(7))" == "7")
    #expect(Set([UserID(1), UserID(1), UserID(2)]).count == 2)
  }

  @Test("credits add, subtract and compare")
  func credits() {
    var credits = Credits(10)
    credits += Credits(5)
    credits -= Credits(20)
    #expect(credits == Credits(-5))
    #expect(-credits == Credits(5))
    #expect(Credits(2) - Credits(3) < .zero)
    #expect("\(Credits(2) + Credits(3))" == "5")
  }

  @Test("roles are ordered, machines below every person")
  func roles() {
    let ascending: [Role] = [.systemBot, .viewer, .editor, .admin, .owner, .developer]
    #expect(Role.allCases.reversed().sorted() == ascending)
    #expect(Role(rawValue: "system_bot") == .systemBot)
  }
}
