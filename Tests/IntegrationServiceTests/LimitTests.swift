import Kernel
import NIOCore
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import IntegrationService

@Suite("Limits of calls to providers", .inTurn, .timeLimit(.minutes(10)))
struct LimitTests {
  // MARK: The breaker

  @Test("the breaker opens after so many failures in a row and lets one call find out")
  func breaker() {
    var breaker = ProviderBreaker(failuresToTrip: 2, pause: .seconds(30))
    breaker.failed(now: .zero)
    breaker.succeeded()
    breaker.failed(now: .seconds(1))
    #expect(breaker.asked(now: .seconds(1)) == nil)
    breaker.failed(now: .seconds(2))
    #expect(breaker.state == .open(until: .seconds(32)))
    #expect(breaker.asked(now: .seconds(12)) == .seconds(20))
    #expect(breaker.asked(now: .seconds(32)) == nil)
    #expect(breaker.asked(now: .seconds(33)) == .seconds(29))
    breaker.failed(now: .seconds(40))
    #expect(breaker.asked(now: .seconds(69)) == .seconds(1))
    #expect(breaker.asked(now: .seconds(70)) == nil)
    breaker.succeeded()
    #expect(breaker.isFresh)
  }

  @Test("when the one that finds out never comes back, another one may")
  func lostProbe() {
    var breaker = ProviderBreaker(failuresToTrip: 1, pause: .seconds(30))
    breaker.failed(now: .zero)
    #expect(breaker.asked(now: .seconds(30)) == nil)
    #expect(breaker.asked(now: .seconds(59)) == .seconds(1))
    #expect(breaker.asked(now: .seconds(60)) == nil)
  }

  // MARK: The turnstile

  private let one = AccountID(1)
  private let two = AccountID(2)

  /// Work that is under way until it is told to end.
  private final class Stay: Sendable {
    let began = Signal()
    let mayEnd = Signal()
    let time: ManualTime
    private let notes = Mutex<[String]>([])

    init(_ time: ManualTime) { self.time = time }

    func work() async throws {
      began.raise()
      try await mayEnd.wait(atMost: .seconds(1_000), time: time)
    }

    /// What happened, in order.
    var noted: [String] { notes.withLock { $0 } }

    func note(_ text: String) { notes.withLock { $0.append(text) } }
  }

  @Test("one account's calls wait for each other, another account's do not")
  func perAccount() async throws {
    let time = ManualTime()
    let turnstile = Turnstile(perAccount: 1, perPlace: 2, time: time)
    let deadline = Deadline(in: .seconds(60), of: time)
    let (first, other) = (Stay(time), Stay(time))
    async let firstDone: Void = turnstile.pass(one, to: "a", until: deadline) {
      try await first.work()
      first.note("first")
    }
    try await first.began.wait(atMost: .seconds(1_000), time: time)
    async let secondDone: Void = turnstile.pass(one, to: "a", until: deadline) {
      first.note("second")
    }
    async let otherDone: Void = turnstile.pass(two, to: "a", until: deadline) {
      try await other.work()
    }
    try await other.began.wait(atMost: .seconds(1_000), time: time)
    while turnstile.waitingCount < 1 { await Task.yield() }
    first.mayEnd.raise()
    try await firstDone
    try await secondDone
    other.mayEnd.raise()
    try await otherDone
    #expect(first.noted == ["first", "second"])
    #expect(turnstile.waitingCount == 0)
  }

  @Test("who finds no room until the deadline is refused, and leaves nothing behind")
  func crowded() async throws {
    let time = ManualTime()
    let turnstile = Turnstile(perAccount: 5, perPlace: 1, time: time)
    let stay = Stay(time)
    async let held: Void = turnstile.pass(
      one, to: "a", until: Deadline(in: .seconds(900), of: time)
    ) { try await stay.work() }
    try await stay.began.wait(atMost: .seconds(1_000), time: time)
    let late = Task {
      try await turnstile.pass(two, to: "a", until: Deadline(in: .seconds(5), of: time)) {}
    }
    let given = Task {
      try await turnstile.pass(two, to: "a", until: Deadline(in: .seconds(800), of: time)) {}
    }
    // The one at work and two that wait.
    await time.waitForSleepers(3)
    given.cancel()
    await #expect(throws: CancellationError.self) { try await given.value }
    time.advance(by: .seconds(5))
    await #expect(throws: AIFailure.crowded) { try await late.value }
    #expect(turnstile.waitingCount == 0)
    stay.mayEnd.raise()
    try await held
    try await turnstile.pass(one, to: "a", until: Deadline(in: .seconds(1), of: time)) {}
  }

  // MARK: Addresses and headers

  @Test(
    "private, local and reserved addresses are refused, public ones are not",
    arguments: [
      ("8.8.8.8", true), ("127.0.0.1", false), ("10.255.0.1", false), ("172.16.0.1", false),
      ("172.32.0.1", true), ("192.168.1.1", false), ("169.254.169.254", false),
      ("100.64.0.1", false), ("0.0.0.0", false), ("224.0.0.1", false), ("255.255.255.255", false),
      ("198.19.0.1", false), ("203.0.113.9", false), ("2606:4700::1111", true), ("::1", false),
      ("::", false), ("fe80::1", false), ("fc00::1", false), ("ff02::1", false),
      ("::ffff:127.0.0.1", false), ("::ffff:8.8.8.8", true), ("64:ff9b::10.0.0.1", false),
      ("2002:0a00:0001::1", false), ("2001:db8::1", false), ("3fff::1", false),
    ])
  func addresses(text: String, isAllowed: Bool) throws {
    let address = try SocketAddress(ipAddress: text, port: 80)
    #expect(AddressRule.allows(address) == isAllowed)
  }

  @Test("addresses are read in one way only, or not at all")
  func urls() {
    #expect(OutboundURL("HTTPS://Api.Example.com/v1//")?.text == "https://api.example.com/v1")
    #expect(OutboundURL("http://example.com")?.authority == "example.com:80")
    #expect(OutboundURL("https://example.com:8443/a")?.authority == "example.com:8443")
    #expect(OutboundURL("http://[2001:db8::1]:81/a")?.host == "2001:db8::1")
    for text in [
      "", "example.com", "http://", "http:///v1", "http://a:b@c", "http://a?x", "http://a#x",
      "http://a\\b", "http://a:0", "http://a:x", "http://::1", "http://[::1", "http://[a]b",
      "http://a%2eb", "http://a,b", "http://ünlü.example", "javascript://a",
      "http://\(String(repeating: "a", count: 600))",
    ] {
      #expect(OutboundURL(text) == nil, "\(text)")
    }
  }

  @Test("Retry-After is seconds or a date; nonsense is neither and does no harm")
  func retryAfter() {
    let now = Instant(CivilDate(year: 2026, month: 3, day: 10))
    func wait(_ text: String?) -> Duration? { RetryAfter.duration(text, now) }
    #expect(wait("7") == .seconds(7) && wait("0.5") == .milliseconds(500))
    #expect(wait("Tue, 10 Mar 2026 00:01:00 GMT") == .seconds(60))
    #expect(wait("Mon, 09 Mar 2026 00:01:00 GMT") == .zero)
    #expect(wait("99999999999999999999") == .seconds(86_400))
    #expect(wait("Tue, 10 Mar 2030 00:01:00 GMT") == .seconds(86_400))
    for text in [
      nil, "", "-1", "soon", "nan", "inf", "Tue, 99 Mar 2026 00:01:00 GMT",
      "Tue, 10 Mar 999999999999999999 00:01:00 GMT", "Tue, 10 Foo 2026 00:01:00 GMT",
      "Tue, 10 Mar 2026 9223372036854775807:01:00 GMT", "Tue, 10 Mar 2026 00:01 GMT",
    ] {
      #expect(wait(text) == nil, "\(text ?? "none")")
    }
  }
}
