import BillingContract
import BillingCore
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

extension BillingWorld {
  var invoicing: InvoiceWriting { InvoiceWriting(seller: Party(name: "IGNY8", country: "DE")) }

  /// Issues an invoice in a transaction of its own.
  @discardableResult
  func issue(
    _ account: Int64 = 1, key: String? = nil, amount: Int64 = 2_000, on database: Database? = nil,
    then: @Sendable () throws -> Void = {}
  ) async throws -> Invoice {
    let now = time.now()
    let draft = InvoiceDraft(
      .other, lines: [InvoiceLine("Something", unitAmount: amount)], reference: "test", key: key)
    return try await (database ?? self.database).transaction(in: .account(AccountID(account))) {
      let invoice = try await invoicing.issue(draft, for: AccountID(account), at: now, in: $0)
      try then()
      return invoice
    }
  }

  func pay(
    _ invoice: Invoice, _ account: Int64 = 1
  ) async throws -> InvoiceWriting.Payment {
    try await database.transaction(in: .account(AccountID(account))) {
      try await invoicing.markPaid(
        invoice.id, of: AccountID(account), method: "manual", at: time.now(), in: $0)
    }
  }

  /// The numbers of all invoices, in order.
  func numbers() async throws -> [String] {
    try await database.run(
      Statement(
        "test.numbers", "SELECT number FROM invoices WHERE number IS NOT NULL ORDER BY number"),
      in: .allAccounts
    ).map { try $0.text(0) }
  }

  /// 2026-000001, 2026-000002, …
  func unbroken(_ count: Int, year: Int = 2026) -> [String] {
    (0..<count).map { "\(year)-" + String(String(1_000_001 + $0).dropFirst()) }
  }
}

/// Stands for a process that ends in the middle of its work.
struct Died: Error {}

/// Asks again while the database is too busy or its sessions are cut; nil for work that died.
func insist<Answer>(_ body: () async throws -> Answer) async -> Answer? {
  for _ in 0..<4_000 {
    do {
      return try await body()
    } catch is Died {
      return nil
    } catch {
      try? await RealTime().sleep(for: .milliseconds(5))
    }
  }
  return nil
}

@Suite("Numbers of invoices", .inTurn, .timeLimit(.minutes(10)))
struct InvoiceNumberTests {

  @Test("numbers count up from one in every calendar year")
  func years() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    try await world.issue()
    try await world.issue()
    let turn = Instant(CivilDate(year: 2027, month: 1, day: 1))
    world.time.advance(by: turn - world.time.now() - .microseconds(1))
    #expect(try await world.issue().number == "2026-000003")
    world.time.advance(by: .microseconds(1))
    #expect(try await world.issue().number == "2027-000001")
    #expect(try await world.issue().number == "2027-000002")
  }

  @Test("a transaction that is rolled back leaves no gap")
  func rollback() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    try await world.issue()
    await #expect(throws: Died.self) { try await world.issue { throw Died() } }
    #expect(try await world.issue().number == "2026-000002")
    #expect(try await world.numbers() == world.unbroken(2))
  }

  @Test("many at once, some of whom fail, on two replicas: numbers without gaps, each once")
  func many() async throws {
    let world = try await BillingWorld.make()
    let other = Database(settings: world.test.settings, time: RealTime(), log: quietLog)
    for account in 1...4 { try await world.open(Int64(account), credits: 0) }
    let issued = await withTaskGroup(of: String?.self) { group in
      for number in 0..<80 {
        group.addTask {
          await insist {
            try await world.issue(
              Int64(1 + number % 4), on: number.isMultiple(of: 2) ? nil : other
            ) {
              if number % 3 == 0 { throw Died() }
            }.number
          } ?? nil
        }
      }
      return await group.reduce(into: [String]()) { $0 += [$1].compactMap { $0 } }
    }
    #expect(issued.count == 53)
    #expect(issued.sorted() == world.unbroken(53))
    #expect(try await world.numbers() == world.unbroken(53))
  }

  @Test("sessions killed in the middle of it leave no gap, and a key keeps it at one invoice")
  func kills() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    async let cuts: Void = {
      for _ in 0..<8 {
        try? await RealTime().sleep(for: .milliseconds(15))
        try? await world.test.administer(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND usename = 'igny8_billing'
          """)
      }
    }()
    let issued = await withTaskGroup(of: String?.self) { group in
      for number in 0..<60 {
        group.addTask {
          await insist { try await world.issue(key: "k\(number)").number } ?? nil
        }
      }
      return await group.reduce(into: [String]()) { $0 += [$1].compactMap { $0 } }
    }
    await cuts
    #expect(issued.sorted() == world.unbroken(60))
    #expect(try await world.numbers() == world.unbroken(60))
  }

  @Test("the same fact is invoiced once, also by many at once")
  func once() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let ids = await withTaskGroup(of: InvoiceID?.self) { group in
      for _ in 0..<20 {
        group.addTask { await insist { try await world.issue(key: "period/2026-03-01").id } }
      }
      return await group.reduce(into: [InvoiceID]()) { $0 += [$1].compactMap { $0 } }
    }
    #expect(ids.count == 20)
    #expect(Set(ids).count == 1)
    #expect(try await world.numbers() == world.unbroken(1))
    #expect(try await world.number("SELECT count(*) FROM invoice_line_items") == 1)
  }

  @Test("an invoice is paid once, by one of many at once, and told once")
  func paid() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let invoice = try await world.issue()
    #expect((invoice.state, invoice.paidAt) == (.sent, nil))
    let payments = await withTaskGroup(of: InvoiceWriting.Payment?.self) { group in
      for _ in 0..<20 { group.addTask { await insist { try await world.pay(invoice) } } }
      return await group.reduce(into: [InvoiceWriting.Payment]()) { $0 += [$1].compactMap { $0 } }
    }
    #expect(payments.count == 20)
    #expect(payments.count { !$0.isRepeat } == 1)
    #expect(payments.allSatisfy { $0.invoice.state == .paid && $0.invoice.paidAt == march })
    for table in ["audit_log WHERE action", "outbox WHERE kind"] {
      #expect(try await world.number("SELECT count(*) FROM \(table) = 'invoice.paid'") == 1)
    }
  }

  @Test("what costs nothing is paid at once")
  func free() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let invoice = try await world.issue(amount: 0)
    #expect((invoice.state, invoice.number) == (.paid, "2026-000001"))
  }

  @Test("a void invoice keeps its number and cannot be paid; a paid one cannot be voided")
  func void() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let invoice = try await world.issue()
    func void(_ invoice: Invoice) async throws -> Invoice {
      try await world.database.transaction(in: .account(AccountID(1))) {
        try await world.invoicing.close(
          invoice.id, of: AccountID(1), .void, at: march, in: $0)
      }
    }
    #expect(try await void(invoice).number == "2026-000001")
    #expect(try await refusal { try await world.pay(invoice) }?.details.reason == "invoice_void")
    let next = try await world.issue()
    #expect(next.number == "2026-000002")
    #expect(try await !world.pay(next).isRepeat)
    #expect(try await refusal { try await void(next) }?.details.reason == "invoice_paid")
  }

  @Test("another account's invoice is not found")
  func foreign() async throws {
    let world = try await BillingWorld.make()
    try await world.open(1, credits: 0)
    try await world.open(2, credits: 0)
    let invoice = try await world.issue(1)
    #expect(try await refusal { try await world.pay(invoice, 2) }?.code == .notFound)
    #expect(try await refusal { try await world.issue(3) }?.details.reason == "no_credit_account")
  }

  @Test("a draft has no number until it is issued, and then the next one")
  func draft() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let account = AccountID(1)
    let draft = try await world.database.transaction(in: .account(account)) {
      try await world.invoicing.draft(
        InvoiceDraft(.other, lines: [InvoiceLine("a", unitAmount: 5)]), for: account,
        by: .system, at: march, in: $0)
    }
    #expect((draft.state, draft.number, draft.issuedAt) == (.draft, nil, nil))
    #expect(try await refusal { try await world.pay(draft) }?.details.reason == "invoice_draft")
    try await world.issue()
    func number() async throws -> Invoice {
      try await world.database.transaction(in: .account(account)) {
        try await world.invoicing.number(draft.id, of: account, by: .system, at: march, in: $0)
      }
    }
    #expect(try await number().number == "2026-000002")
    #expect(try await number().number == "2026-000002")
    #expect(try await world.issue().number == "2026-000003")
  }

  @Test(
    "what was issued is not changed, and nothing of it is deleted",
    arguments: [
      "UPDATE invoices SET subtotal = 1", "UPDATE invoices SET number = '2026-000009'",
      "UPDATE invoices SET buyer_name = 'Somebody'", "DELETE FROM invoices",
      "TRUNCATE invoices CASCADE", "UPDATE invoice_line_items SET unit_amount = 1",
      "DELETE FROM invoice_line_items", "DELETE FROM audit_log",
      "UPDATE invoices SET status = 'paid'", "UPDATE invoices SET issued_at = now()",
    ])
  func fixed(sql: String) async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    try await world.issue()
    await #expect(throws: PostgresError.self) {
      try await world.database.run(Statement("test.change", sql), in: .allAccounts)
    }
  }
}
