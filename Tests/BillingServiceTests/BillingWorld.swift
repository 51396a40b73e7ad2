import BillingContract
import BillingCore
import CommonContract
import Kernel
import NIOPosix
import Postgres
import RPC
import RPCTestKit
import TestKit

@testable import BillingService

/// 2026-03-10T00:00:00Z, where every test begins.
let march = Instant(CivilDate(year: 2026, month: 3, day: 10))
let april = Instant(CivilDate(year: 2026, month: 4, day: 1))

/// How long a call may take before it must be taken for stuck.
private let patience = Duration.seconds(1_200)

/// The billing service over a database of its own, in a time that the test moves.
struct BillingWorld: Sendable {
  let test: TestDatabase
  let time = ManualTime(now: march)
  let service: BillingService
  let settings: BillingSettings

  static func make(_ settings: BillingSettings = BillingSettings()) async throws -> BillingWorld {
    try await BillingWorld(
      test: TestDatabase.make(
        schema: BillingMigrations.schema, migrations: BillingMigrations.all
      ) { $0.maxWaiters = 10_000 }, settings)
  }

  private init(test: TestDatabase, _ settings: BillingSettings) {
    (self.test, self.settings) = (test, settings)
    service = BillingService(
      settings: settings, database: test.database, time: time, log: quietLog,
      loops: MultiThreadedEventLoopGroup.singleton)
  }

  var database: Database { test.database }

  /// Another process over the same database.
  func replica() -> BillingService {
    let database = Database(settings: test.settings, time: RealTime(), log: quietLog)
    return BillingService(
      settings: settings, database: database, time: time, log: quietLog,
      loops: MultiThreadedEventLoopGroup.singleton)
  }

  func client(_ service: BillingService? = nil) -> BillingClient {
    BillingClient(InProcessTransport((service ?? self.service).routes))
  }

  /// A call by a service on behalf of an account.
  func call(_ account: Int64? = 1, key: String? = nil) -> OutgoingCall {
    self.call(as: .systemBot, actor: .service, account: account, key: key)
  }

  func call(
    as role: Role, actor: CallContext.Actor = .user, account: Int64? = 1, key: String? = nil
  ) -> OutgoingCall {
    let context = CallContext(
      requestID: "test", actor: actor, account: account.map { AccountID($0) },
      user: UserID(5), role: role)
    return OutgoingCall(
      context: context, deadline: Deadline(in: patience, of: RealTime()),
      idempotencyKey: key)
  }

  // MARK: Steps

  /// Opens an account with exactly so many credits, none of them of its plan.
  func open(_ account: Int64 = 1, credits: Int64) async throws {
    try await administer(
      "UPDATE plans SET included_credits = 0 WHERE slug = 'free'")
    _ = try await client().openAccount(
      Billing.OpenAccountRequest(accountID: account), call(nil))
    if credits > 0 { try await adjust(account, by: credits) }
  }

  @discardableResult
  func adjust(
    _ account: Int64 = 1, by amount: Int64, expiresAt: Instant? = nil, key: String? = nil
  ) async throws -> Billing.Transaction {
    try await client().adjustCredits(
      Billing.AdjustCreditsRequest(
        accountID: account, amount: amount, reason: "test", expiresAt: expiresAt, userID: 5),
      call(account, key: key))
  }

  /// A hold of so many credits; a reparse costs one each.
  func authorize(
    _ credits: Int64, key: String, account: Int64 = 1, ttl: Int32 = 0,
    by service: BillingService? = nil
  ) async throws -> Billing.Hold {
    try await client(service).authorize(
      Billing.AuthorizeRequest(
        operation: "reparse", amount: credits, key: key, reference: "job/1",
        ttlSeconds: ttl),
      call(account))
  }

  @discardableResult
  func capture(
    _ hold: Billing.Hold, credits: Int64? = nil, account: Int64 = 1,
    by service: BillingService? = nil
  ) async throws -> Billing.Captured {
    try await client(service).capture(
      Billing.CaptureRequest(
        holdID: hold.id, credits: credits,
        usage: Billing.UsageDetails(
          model: "local/draft", tokensInput: 12, tokensOutput: 34, costUsd: 0.25,
          relatedObjectType: "content", relatedObjectID: 77,
          metadata: #"{"job": 1, "prompt_version": 3}"#)),
      call(account))
  }

  @discardableResult
  func release(
    _ hold: Billing.Hold, account: Int64 = 1, by service: BillingService? = nil
  ) async throws -> Billing.Hold {
    try await client(service).release(
      Billing.ReleaseRequest(holdID: hold.id, reason: "done"), call(account))
  }

  func balance(_ account: Int64 = 1) async throws -> Billing.Balance {
    try await client().getBalance(Common.Empty(), call(as: .viewer, account: account))
  }

  func verify() async throws -> Billing.Verification {
    try await client().verifyLedger(
      Billing.VerifyLedgerRequest(), call(as: .developer, account: nil))
  }

  /// Runs SQL as the superuser, in the service's schema.
  func administer(_ sql: String) async throws {
    try await test.administer("SET search_path = billing", sql)
  }

  /// A number from the tables, across all accounts.
  func number(_ sql: String) async throws -> Int64 {
    try await database.run(Statement("test.number", sql), in: .allAccounts).one().int(0)
  }
}

/// What a call was refused with; nil when it went through.
func refusal(_ body: () async throws -> some Any) async throws -> RPCError? {
  do {
    _ = try await body()
    return nil
  } catch let error as RPCError {
    return error
  }
}
