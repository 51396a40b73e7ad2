import Kernel
import Testing

@testable import BillingCore

private let price = Money(minor: 2_000, .dollar)

@Suite("A payment")
struct PaymentTests {
  /// Every event that there is.
  private static let events: [(name: String, event: PaymentEvent)] = [
    ("submitted", .submitted), ("approved", .approved), ("rejected", .rejected(reason: "no")),
    ("paid", .paid(price)), ("declined", .declined(reason: "no")),
    ("withdrawn", .withdrawn(reason: "no")), ("part back", .refunded(total: part)),
    ("all back", .refunded(total: price)),
  ]
  private static let part = Money(minor: 500, .dollar)

  /// What becomes of a payment: `-` nothing, `!` refused, else the new state, `+` when it is paid
  /// for the first time. One row a state, one column an event, in the order of `events`.
  private static let manual: [PaymentState: [String]] = [
    .processing: ["pending_approval", "!notSubmitted", "!notSubmitted", "!notOfProvider"]
      + ["!notOfProvider", "cancelled", "!notPaid", "!notPaid"],
    .pendingApproval: ["!submittedBefore", "+completed", "failed", "!notOfProvider"]
      + ["!notOfProvider", "cancelled", "!notPaid", "!notPaid"],
    .succeeded: ["!paidBefore", "-", "!paidBefore", "!notOfProvider"]
      + ["!notOfProvider", "!paidBefore", "-", "refunded"],
    .completed: ["!paidBefore", "-", "!paidBefore", "!notOfProvider"]
      + ["!notOfProvider", "!paidBefore", "-", "refunded"],
    .failed: ["pending_approval", "!rejectedBefore", "-", "!notOfProvider"]
      + ["!notOfProvider", "-", "!notPaid", "!notPaid"],
    .refunded: ["!closed", "!closed", "!closed", "!notOfProvider"]
      + ["!notOfProvider", "!closed", "completed", "-"],
    .cancelled: ["!closed", "!closed", "!closed", "!notOfProvider"]
      + ["!notOfProvider", "-", "!notPaid", "!notPaid"],
  ]
  private static let card: [PaymentState: [String]] = [
    .processing: ["!notManual", "!notManual", "!notManual", "+succeeded"]
      + ["failed", "cancelled", "!notPaid", "!notPaid"],
    .pendingApproval: ["!notManual", "!notManual", "!notManual", "-"]
      + ["-", "cancelled", "!notPaid", "!notPaid"],
    .succeeded: ["!notManual", "!notManual", "!notManual", "-"]
      + ["-", "!paidBefore", "-", "refunded"],
    .completed: ["!notManual", "!notManual", "!notManual", "-"]
      + ["-", "!paidBefore", "-", "refunded"],
    .failed: ["!notManual", "!notManual", "!notManual", "+succeeded"]
      + ["-", "-", "!notPaid", "!notPaid"],
    .refunded: ["!notManual", "!notManual", "!notManual", "-"]
      + ["-", "!closed", "succeeded", "-"],
    .cancelled: ["!notManual", "!notManual", "!notManual", "+succeeded"]
      + ["-", "-", "!notPaid", "!notPaid"],
  ]

  @Test("every event has its answer in every state", arguments: PaymentState.allCases)
  func table(state: PaymentState) throws {
    for (way, table) in [(PaymentWay.bankTransfer, Self.manual), (.stripe, Self.card)] {
      let expected = try #require(table[state])
      for (index, (name, event)) in Self.events.enumerated() {
        var payment = Payment(id: PaymentID(7), way: way, amount: price, state: state)
        #expect(
          Self.outcome(of: event, &payment) == expected[index], "\(way) \(state) \(name)")
      }
    }
  }

  private static func outcome(of event: PaymentEvent, _ payment: inout Payment) -> String {
    let before = payment
    do {
      switch try payment.apply(event) {
      case .unchanged: return payment == before ? "-" : "changed"
      case .to(let state): return payment.state == state ? state.rawValue : "elsewhere"
      case .settled(let state): return payment.state == state ? "+\(state.rawValue)" : "elsewhere"
      }
    } catch {
      return payment == before ? "!\(error)" : "changed"
    }
  }

  @Test("whatever order the provider's news come in, it is paid once")
  func anyOrder() throws {
    let news: [PaymentEvent] = [
      .paid(price), .declined(reason: "card"), .paid(price), .declined(reason: "late"),
    ]
    for order in news.permutations {
      var payment = Payment(id: PaymentID(1), way: .stripe, amount: price)
      let steps = try order.map { try payment.apply($0) }
      #expect(steps.count { if case .settled = $0 { true } else { false } } == 1)
      #expect(payment.state == .succeeded)
      #expect(payment.failure == nil)
    }
  }

  @Test("another amount than was asked for settles nothing")
  func otherAmount() {
    let amounts = [
      Money(minor: 1_999, .dollar), Money(minor: 2_001, .dollar),
      Currency("EUR").map { Money(minor: 2_000, $0) },
    ]
    for amount in amounts.compactMap(\.self) {
      var payment = Payment(id: PaymentID(1), way: .paypal, amount: price)
      #expect(throws: PaymentRefusal.otherAmount) { try payment.apply(.paid(amount)) }
      #expect(payment.state == .processing)
    }
  }

  @Test("why it failed is kept until it is tried again")
  func reasons() throws {
    var payment = Payment(id: PaymentID(1), way: .manual, amount: price)
    #expect(try payment.apply(.submitted) == .to(.pendingApproval))
    #expect(throws: PaymentRefusal.noReason) { try payment.apply(.rejected(reason: "")) }
    #expect(try payment.apply(.rejected(reason: "no such transfer")) == .to(.failed))
    #expect(payment.failure == "no such transfer")
    #expect(try payment.apply(.rejected(reason: "again")) == .unchanged)
    #expect(payment.failure == "no such transfer")
    #expect(try payment.apply(.submitted) == .to(.pendingApproval))
    #expect(payment.failure == nil)
  }

  @Test("what was bought is one lot under the payment's key")
  func purchase() {
    var ledger = Ledger(account: AccountID(1))
    let at = Instant(microseconds: 1_000_000)
    let payment = Payment(id: PaymentID(7), way: .stripe, amount: price)
    let entry = ledger.purchase(
      Credits(500), "500 credits", reference: payment.entryKey, at: at)
    #expect((entry.key, entry.kind, entry.amount) == ("payment/7", .purchase, Credits(500)))
    #expect(ledger.lots.map(\.kind) == [.purchased])
    #expect(ledger.isBalanced)
  }
}

extension Array {
  /// Every order of the elements.
  fileprivate var permutations: [[Element]] {
    guard let first else { return [[]] }
    return Array(dropFirst()).permutations.flatMap { rest in
      (0...rest.count).map { place in
        var order = rest
        order.insert(first, at: place)
        return order
      }
    }
  }
}

@Suite("When a card is asked, and asked again")
struct DunningTests {
  @Test("five times, each after a longer pause, all of it within the shortest month")
  func pauses() throws {
    let start = Instant(seconds: 1_000_000)
    #expect(Dunning.next(after: 0, at: start) == start)
    var (now, tries) = (start, 1)
    var last = Duration.zero
    while let next = Dunning.next(after: tries, at: now) {
      #expect(next - now > last)
      (last, now, tries) = (next - now, next, tries + 1)
    }
    #expect(tries == 5)
    #expect(now - start < .seconds(28 * 86_400))
  }

  @Test("a balance turns the alarm of top-ups when it comes down to the threshold, and above it")
  func topUps() {
    for (isArmed, balance, turns) in [
      (true, 101, false), (true, 100, true), (true, 0, true), (false, 100, false),
      (false, 101, true),
    ] as [(Bool, Int64, Bool)] {
      let alarm = TopUpAlarm(threshold: Credits(100), isArmed: isArmed)
      #expect(alarm.turns(at: Credits(balance)) == turns)
    }
  }
}
