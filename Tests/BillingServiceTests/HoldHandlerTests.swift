import BillingContract
import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Holds by call", .inTurn, .timeLimit(.minutes(10)))
struct HoldHandlerTests {
  @Test("authorise, capture less, and the rest is free again")
  func journey() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    let hold = try await world.authorize(30, key: "job/1/item/1")
    #expect(hold.state == "open")
    #expect(hold.credits == 30)
    #expect(hold.expiresAt == march + .seconds(1_800))
    var balance = try await world.balance()
    #expect((balance.credits, balance.reservedCredits) == (100, 30))
    #expect((balance.availableCredits, balance.creditsRemaining) == (70, 70))
    let captured = try await world.capture(hold, credits: 12)
    #expect((captured.charged, captured.shortfall) == (12, 0))
    #expect(captured.availableCredits == 88)
    #expect(captured.hold?.state == "captured")
    #expect(captured.transaction?.amount == -12)
    #expect(captured.transaction?.balanceAfter == 88)
    #expect(captured.usageID > 0)
    balance = try await world.balance()
    #expect((balance.credits, balance.reservedCredits) == (88, 0))
    #expect(balance.creditsUsedThisMonth == 12)
    #expect(try await world.verify().ok)
  }

  @Test("too little is a failed precondition that says what is needed and what there is")
  func insufficient() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 5)
    let error = try await refusal { try await world.authorize(6, key: "a") }
    #expect(error?.code == .failedPrecondition)
    #expect(error?.details.reason == "insufficient_credits")
    #expect(error?.details.required == 6)
    #expect(error?.details.available == 5)
    #expect(try await world.number("SELECT count(*) FROM credit_holds") == 0)
  }

  @Test("the same key answers the same hold, also after it was closed")
  func sameKey() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    let first = try await world.authorize(30, key: "a")
    #expect(try await world.authorize(30, key: "a") == first)
    try await world.release(first)
    #expect(try await world.authorize(30, key: "a").state == "released")
    let late = try await world.authorize(10, key: "b", ttl: 60)
    world.time.advance(by: .seconds(60))
    let expired = try await world.authorize(10, key: "b", ttl: 60)
    #expect(expired.id == late.id)
    #expect(expired.state == "expired")
    #expect(expired.closedAt == march + .seconds(60))
  }

  @Test("the same key for another operation is refused")
  func keyTaken() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    _ = try await world.authorize(30, key: "a")
    let error = try await refusal {
      try await world.client().authorize(
        Billing.AuthorizeRequest(operation: "linking", amount: 1, key: "a"), world.call())
    }
    #expect(error?.code == .alreadyExists)
    #expect(error?.details.reason == "key_taken")
  }

  @Test(
    "wrong requests are refused with their field",
    arguments: [
      (Billing.AuthorizeRequest(operation: "free_lunch", key: "a"), "operation"),
      (Billing.AuthorizeRequest(operation: "linking", amount: 0, key: "a"), "amount"),
      (Billing.AuthorizeRequest(operation: "linking", amount: .max, key: "a"), "amount"),
      (Billing.AuthorizeRequest(operation: "linking", key: ""), "key"),
      (
        Billing.AuthorizeRequest(
          operation: "linking", key: String(repeating: "k", count: 201)), "key"
      ),
      (Billing.AuthorizeRequest(operation: "linking", key: "a", ttlSeconds: -1), "ttl_seconds"),
      (Billing.AuthorizeRequest(operation: "linking", key: "a", ceiling: .max), "amount"),
    ])
  func wrong(request: Billing.AuthorizeRequest, field: String) async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    let error = try await refusal {
      try await world.client().authorize(request, world.call())
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.details.fields.map(\.name) == [field])
  }

  @Test("an alias is held under the operation's own name, at its price")
  func alias() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    let hold = try await world.client().authorize(
      Billing.AuthorizeRequest(operation: "content", amount: 1_250, key: "a"), world.call())
    #expect(hold.operation == "content_generation")
    #expect(hold.credits == 12)
  }

  @Test("a ceiling above the quote is what is held")
  func ceiling() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    let hold = try await world.client().authorize(
      Billing.AuthorizeRequest(operation: "content", amount: 1_000, key: "a", ceiling: 15),
      world.call())
    #expect(hold.credits == 15)
    let captured = try await world.client().capture(
      Billing.CaptureRequest(holdID: hold.id, actualAmount: 1_150), world.call())
    #expect(captured.charged == 11)
  }

  @Test("a repeated capture answers as the first, another one is refused")
  func captureTwice() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    let hold = try await world.authorize(30, key: "a")
    let first = try await world.capture(hold, credits: 12)
    let second = try await world.capture(hold, credits: 12)
    #expect(second.transaction == first.transaction)
    #expect(second.hold == first.hold)
    #expect(second.usageID == first.usageID)
    let error = try await refusal { try await world.capture(hold, credits: 13) }
    #expect(error?.details.reason == "captured")
    #expect(try await world.number("SELECT count(*) FROM credit_usage_logs") == 1)
    #expect(try await world.balance().credits == 88)
  }

  @Test("a released or expired hold cannot be captured, a captured one not released")
  func closed() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    let released = try await world.authorize(10, key: "a")
    let captured = try await world.authorize(10, key: "b")
    let expired = try await world.authorize(10, key: "c", ttl: 60)
    #expect(try await world.release(released).reason == "done")
    #expect(try await world.release(released).state == "released")
    try await world.capture(captured)
    #expect(try await refusal { try await world.capture(released) }?.details.reason == "released")
    #expect(try await refusal { try await world.release(captured) }?.details.reason == "captured")
    world.time.advance(by: .seconds(60))
    #expect(try await refusal { try await world.capture(expired) }?.details.reason == "expired")
    #expect(try await world.release(expired).state == "expired")
    #expect(try await world.balance().availableCredits == 90)
    #expect(try await world.verify().ok)
  }

  @Test("what a result cost above its hold is on record and not charged")
  func shortfall() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    let captured = try await world.capture(try await world.authorize(10, key: "a"), credits: 14)
    #expect((captured.charged, captured.shortfall) == (10, 4))
    #expect(try await world.number("SELECT shortfall FROM credit_usage_logs") == 4)
    #expect(try await world.balance().credits == 90)
  }

  @Test("a hold of another account does not exist")
  func foreign() async throws {
    let world = try await BillingWorld.make()
    try await world.open(1, credits: 100)
    try await world.open(2, credits: 100)
    let hold = try await world.authorize(10, key: "a", account: 1)
    for error in [
      try await refusal { try await world.capture(hold, account: 2) },
      try await refusal { try await world.release(hold, account: 2) },
      try await refusal {
        try await world.client().getHold(Common.IdRequest(id: hold.id), world.call(2))
      },
    ] {
      #expect(error?.code == .notFound)
    }
    #expect(try await world.authorize(10, key: "a", account: 2).id != hold.id)
  }

  @Test("who comes before the account is open is told to come back, and is served then")
  func unopened() async throws {
    let world = try await BillingWorld.make()
    for error in [
      try await refusal { try await world.authorize(1, key: "a", account: 9) },
      try await refusal { try await world.balance(9) },
    ] {
      #expect(error?.code == .unavailable)
      #expect(error?.details.retryAfter == .seconds(1))
      #expect(error?.details.reason == "no_credit_account")
    }
    try await world.open(9, credits: 5)
    #expect(try await world.authorize(1, key: "a", account: 9).state == "open")
  }

  @Test("people cannot call what is for services", arguments: [Role.owner, .developer])
  func internalOnly(role: Role) async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    let error = try await refusal {
      try await world.client().authorize(
        Billing.AuthorizeRequest(operation: "linking", key: "a"), world.call(as: role))
    }
    #expect(error?.code == .permissionDenied)
  }

  @Test("a batch stopped half-way is charged exactly for what exists")
  func batch() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 20)
    let items = (1...4).map {
      Billing.AuthorizeRequest(operation: "images", amount: 1, key: "run/1/\($0)")
    }
    let holds = try await world.client().authorizeBatch(
      Billing.AuthorizeBatchRequest(items: items), world.call()
    ).holds
    #expect(holds.map(\.credits) == [5, 5, 5, 5])
    try await world.capture(holds[0])
    try await world.capture(holds[1])
    let rest = try await world.client().releaseBatch(
      Billing.ReleaseBatchRequest(holdIDs: holds.map(\.id), reason: "stopped"), world.call()
    ).holds
    #expect(rest.map(\.state) == ["captured", "captured", "released", "released"])
    let balance = try await world.balance()
    #expect((balance.credits, balance.availableCredits) == (10, 10))
    #expect(try await world.verify().ok)
  }

  @Test("a batch that the account cannot pay places nothing")
  func poorBatch() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 14)
    let items = (1...3).map {
      Billing.AuthorizeRequest(operation: "images", amount: 1, key: "\($0)")
    }
    let error = try await refusal {
      try await world.client().authorizeBatch(
        Billing.AuthorizeBatchRequest(items: items), world.call())
    }
    #expect((error?.details.required, error?.details.available) == (15, 14))
    #expect(try await world.balance().reservedCredits == 0)
  }

  @Test("a heartbeat keeps holds alive")
  func heartbeat() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 20)
    let hold = try await world.authorize(10, key: "a", ttl: 60)
    world.time.advance(by: .seconds(50))
    let request = Billing.ExtendHoldsRequest(holdIDs: [hold.id], ttlSeconds: 60)
    let extended = try await world.client().extendHolds(request, world.call()).holds
    #expect(extended.map(\.expiresAt) == [march + .seconds(110)])
    world.time.advance(by: .seconds(59))
    let same = try await world.client().getHold(Common.IdRequest(id: hold.id), world.call())
    #expect(same.state == "open")
    world.time.advance(by: .seconds(1))
    let late = try await world.client().extendHolds(request, world.call()).holds
    #expect(late.map(\.state) == ["expired"])
  }

  @Test("metadata that is no JSON object is refused", arguments: ["[1]", "{", "3"])
  func metadata(text: String) async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 20)
    let hold = try await world.authorize(10, key: "a")
    let error = try await refusal {
      try await world.client().capture(
        Billing.CaptureRequest(
          holdID: hold.id, usage: Billing.UsageDetails(metadata: text)), world.call())
    }
    #expect(error?.details.fields.map(\.name) == ["metadata"])
  }
}
