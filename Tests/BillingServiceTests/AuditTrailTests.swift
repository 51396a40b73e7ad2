import AuthContract
import BillingContract
import Cryptography
import Events
import Kernel
import NIOPosix
import Postgres
import RPC
import RPCTestKit
import Redis
import TestKit
import TestTraits
import Testing

@testable import AuthService
@testable import BillingService

/// Billing and auth, each with its database, its outbox and its replicas, and the stream between.
private struct TwoServices: Sendable {
  let billing: BillingWorld
  let auth: AuthService
  let authDatabase: Database
  private let redis: TestRedis

  static func make() async throws -> TwoServices {
    let billing = try await BillingWorld.make()
    let test = try await TestDatabase.make(
      schema: AuthMigrations.schema, migrations: AuthMigrations.all)
    var settings = AuthSettings()
    settings.passwordStrength = .quick
    settings.secretKeys = try SecretKeys(parsing: "k1:" + String(repeating: "07", count: 32))
    let auth = try AuthService(
      settings: settings, database: test.database,
      billing: InProcessTransport(billing.service.routes), mailer: nil, time: billing.time,
      log: quietLog)
    return TwoServices(
      billing: billing, auth: auth, authDatabase: test.database, redis: try await TestRedis.make())
  }

  private var client: AuthClient { AuthClient(InProcessTransport(auth.routes)) }

  private func call(
    as role: Role, actor: CallContext.Actor = .user, account: Int64? = nil, user: Int64? = nil,
    key: String? = nil
  ) -> OutgoingCall {
    OutgoingCall(
      context: CallContext(
        requestID: "request-7", actor: actor, account: account.map { AccountID($0) },
        user: user.map { UserID($0) }, role: role, address: "198.51.100.7"),
      deadline: Deadline(in: .seconds(300), of: RealTime()), idempotencyKey: key)
  }

  /// A call by one of the staff, whose number is 700.
  func staff(key: String? = nil) -> OutgoingCall { call(as: .developer, user: 700, key: key) }

  func register() async throws -> Auth.Session {
    try await client.register(
      Auth.RegisterRequest(email: "ada@lovelace.example", password: "correct-horse-7"),
      call(as: .viewer, actor: .anonymous))
  }

  func adjust(
    _ user: Int64, by amount: Int64, _ call: OutgoingCall
  ) async throws -> Auth.CreditAdjustment {
    try await client.adjustUserCredits(
      Auth.AdjustUserCreditsRequest(id: user, amount: amount, reason: "Goodwill"), call)
  }

  /// The account's log as its owner reads it, the oldest first.
  func log(_ owner: Auth.Session) async throws -> [Auth.AuditRecord] {
    try await AccountsClient(InProcessTransport(auth.routes)).listAuditLog(
      Auth.ListAuditLogRequest(pageSize: 100, ordering: "created_at"),
      call(as: .owner, account: owner.user?.accountID, user: owner.user?.id)
    ).results
  }

  private func redisClient() -> RedisClient {
    RedisClient(
      settings: RedisSettings(host: redis.host, port: redis.port, database: redis.database),
      group: MultiThreadedEventLoopGroup.singleton, chance: SeededChance(seed: 2), log: quietLog)
  }

  /// Carries billing's events to two replicas of auth while the body runs.
  func connected(_ body: () async throws -> Void) async throws {
    let clients = (0..<3).map { _ in redisClient() }
    let relay = OutboxRelay(
      database: billing.database, redis: clients[0], time: RealTime(),
      chance: SeededChance(seed: 3), log: quietLog)
    let consumers = clients.dropFirst().enumerated().map { number, client in
      EventConsumer(
        name: "auth", database: authDatabase, redis: client, handlers: AuditNews.handlers,
        time: RealTime(), chance: SeededChance(seed: UInt64(4 + number)), log: quietLog)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await relay.run() }
      for consumer in consumers { group.addTask { await consumer.run() } }
      try await body()
      group.cancelAll()
    }
    for client in clients { await client.close() }
  }

  /// How many lines of billing's own log are not in the account's yet.
  func missing() async throws -> Int64 {
    try await billing.number("SELECT count(*) FROM audit_log")
      - authDatabase.run(
        Statement(
          "test.told",
          "SELECT count(*) FROM consumed_events WHERE consumer = 'auth' AND refused IS NULL"),
        in: .allAccounts
      ).one().int(0)
  }
}

@Suite("What billing did, in the log of the account", .inTurn, .timeLimit(.minutes(10)))
struct AuditTrailTests {
  @Test("plans, payments, refunds and adjustments are read there by the owner, each once")
  func trail() async throws {
    let both = try await TwoServices.make()
    let owner = try await both.register()
    let user = try #require(owner.user)
    let account = user.accountID
    try await both.connected {
      _ = try await both.billing.change(to: "starter", account: account)
      let payment = try await both.billing.pending(account: account)
      try await both.billing.approve(payment)
      _ = try await both.billing.payments().refundPayment(
        Billing.RefundPaymentRequest(id: payment, reason: "unused"), both.billing.staff)
      let call = both.staff(key: "k")
      let first = try await both.adjust(user.id, by: 50, call)
      #expect(try await both.adjust(user.id, by: 50, call) == first)
      while try await both.missing() > 0 {
        try await RealTime().sleep(for: .milliseconds(20))
      }
    }
    let log = try await both.log(owner)
    for action in [
      "subscription.asked", "invoice.issued", "payment.submitted", "payment.approved",
      "invoice.paid", "refund.begun", "credits.adjusted",
    ] { #expect(log.contains { $0.action == action }, "\(action)") }
    let adjusted = log.filter { $0.action == "credits.adjusted" }
    #expect(adjusted.count == 1)
    #expect((adjusted.first?.userID, adjusted.first?.objectID) == (700, account))
    #expect((adjusted.first?.address, adjusted.first?.requestID) == ("198.51.100.7", "request-7"))
    #expect(adjusted.first?.after?.contains("Goodwill") == true)
    #expect(log.allSatisfy { $0.accountID == account })
    #expect(log.count { $0.action == "payment.approved" } == 1)
  }

  @Test("an adjustment that is not booked is not in the log, and a booked one always is")
  func oneTransaction() async throws {
    let both = try await TwoServices.make()
    let owner = try await both.register()
    let user = try #require(owner.user)
    let refused = try await refusal {
      try await both.adjust(user.id, by: -1_000, both.staff())
    }
    #expect(refused?.details.reason == "insufficient_credits")
    let lines = "SELECT count(*) FROM audit_log WHERE action = 'credits.adjusted'"
    #expect(try await both.billing.number(lines) == 0)
    _ = try await both.adjust(user.id, by: -40, both.staff())
    #expect(try await both.billing.number(lines) == 1)
    let told = """
      SELECT count(*) FROM outbox WHERE kind = 'audit.recorded'
        AND payload ->> 'action' = 'credits.adjusted'
        AND payload -> 'before' ->> 'credits' = '100' AND payload -> 'after' ->> 'credits' = '60'
      """
    #expect(try await both.billing.number(told) == 1)
  }

  @Test("news of an account that was erased, or that say nothing, change nothing")
  func tooLate() async throws {
    let both = try await TwoServices.make()
    let owner = try await both.register()
    let account = try #require(owner.user?.accountID)
    let handler = try #require(AuditNews.handlers["audit.recorded"])
    func hear(_ account: Int64, _ payload: String) async throws {
      let event = Event(
        id: "billing/1", kind: "audit.recorded", account: AccountID(account), payload: payload,
        createdAt: march)
      try await both.authDatabase.transaction(in: .account(event.account)) {
        try await handler(event, $0)
      }
    }
    let payload = #"{"action":"payment.approved","object_type":"payment","object_id":4}"#
    try await hear(account + 1, payload)
    await #expect(throws: RPCError.self) { try await hear(account, #"{"action":"a"}"#) }
    let before = try await both.log(owner).count
    try await hear(account, payload)
    let log = try await both.log(owner)
    #expect(log.count == before + 1)
    let last = try #require(log.last { $0.action == "payment.approved" })
    #expect((last.objectID, last.userID, last.createdAt) == (4, nil, march))
  }
}
