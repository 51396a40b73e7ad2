import BillingContract
import Postgres
import RPCTestKit
import TestKit
import TestTraits
import Testing

@testable import BillingService
@testable import Exports

@Suite("The archive of an account", .inTurn, .timeLimit(.minutes(10)))
struct ExportTests {
  @Test("every column is in it or named here, with the account's rows and nobody else's")
  func contents() async throws {
    let world = try await BillingWorld.make()
    let statements = AccountExport.statements(AccountArchive.tables)
    #expect(try await StatementCheck.failures(of: statements, on: world.database) == [])
    let check = ExportCheck(
      AccountArchive.tables,
      staying: [
        "credit_accounts.head", "credit_accounts.lot_count", "credit_accounts.low_level",
        "credit_accounts.refusal_told", "credit_lots.is_live", "credit_holds.key",
        "credit_transactions.hash", "credit_transactions.key", "invoices.key",
        "subscriptions.standing_news",
        "invoices.due_seconds", "payments.admin_notes", "payments.charge_id",
        "payments.intent_id", "payments.check_at", "payments.checks", "refunds.check_at",
        "refunds.provider_refund", "payment_methods.provider_customer",
        "payment_methods.provider_method", "auto_top_ups.is_armed", "top_ups.card_customer",
        "top_ups.card_method", "renewal_charges.card_customer", "renewal_charges.card_method",
        "content_images",
      ],
      TenantRows(world.database, instead: ["credit_lots.granted": "2"]),
      BillingExportMethods.exportAccount, InProcessTransport(world.service.routes))
    let faults = try await check.faults()
    #expect(faults == [])
  }
}
