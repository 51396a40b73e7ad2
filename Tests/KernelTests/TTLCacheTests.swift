import Kernel
import Testing

@Suite("TTL cache")
struct TTLCacheTests {
  private let cache = TTLCache<String, Int>(capacity: 2, lifetime: .seconds(60))

  @Test("a value is good for its lifetime, or for less where less is asked")
  func ages() {
    cache.insert(1, for: "a", now: .seconds(100))
    #expect(cache.value(of: "a", now: .seconds(159)) == 1)
    #expect(cache.value(of: "a", now: .seconds(160)) == nil)
    #expect(cache.value(of: "a", youngerThan: .seconds(3), now: .seconds(102)) == 1)
    #expect(cache.value(of: "a", youngerThan: .seconds(3), now: .seconds(103)) == nil)
    #expect(cache.value(of: "a", youngerThan: .seconds(90), now: .seconds(170)) == nil)
    #expect(cache.value(of: "b", now: .seconds(100)) == nil)
  }

  @Test("what is learned again counts from then")
  func renews() {
    cache.insert(1, for: "a", now: .seconds(0))
    cache.insert(2, for: "a", now: .seconds(50))
    #expect(cache.value(of: "a", now: .seconds(100)) == 2)
  }

  @Test("a full cache drops what is too old")
  func dropsOld() {
    cache.insert(1, for: "a", now: .seconds(0))
    cache.insert(2, for: "b", now: .seconds(50))
    cache.insert(3, for: "c", now: .seconds(70))
    #expect(cache.value(of: "b", now: .seconds(70)) == 2)
    #expect(cache.value(of: "c", now: .seconds(70)) == 3)
  }

  @Test("a full cache of values that are all good begins anew; a key that it has needs no room")
  func beginsAnew() {
    cache.insert(1, for: "a", now: .seconds(0))
    cache.insert(2, for: "b", now: .seconds(0))
    cache.insert(3, for: "b", now: .seconds(1))
    #expect(cache.value(of: "a", now: .seconds(1)) == 1)
    cache.insert(4, for: "c", now: .seconds(1))
    #expect(cache.value(of: "a", now: .seconds(1)) == nil)
    #expect(cache.value(of: "b", now: .seconds(1)) == nil)
    #expect(cache.value(of: "c", now: .seconds(1)) == 4)
  }
}
