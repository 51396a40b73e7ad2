import AuthContract
import AuthCore
import BillingContract
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// The account's name, and what its invoices say: billing keeps that, here it is shown and changed
/// with the name, and every change is written down.
struct AccountSettingHandlers: Sendable {
  let database: Database
  let invoices: InvoicesClient
  let time: any TimeSource

  func register(in routes: inout RPCRoutes) {
    routes.answer(AccountsMethods.getAccountSettings) { _, call in
      let profile = try await invoices.getBillingProfile(Common.Empty(), call.outgoing())
      return try await account(call).settings(profile)
    }
    routes.answer(AccountsMethods.updateAccountSettings, update)
  }

  private func account(_ call: IncomingCall) async throws -> StoredAccount {
    let id = try call.requireAccount()
    let rows = try await database.run(
      AccountQueries.get, [.id(id)], in: .account(id), deadline: call.deadline)
    return try StoredAccount(row: rows.one())
  }

  /// Billing comes first: what it refuses changes nothing here. A repeat of a request that broke in
  /// between does the rest.
  private func update(
    _ request: Auth.UpdateAccountSettingsRequest, _ call: IncomingCall
  ) async throws -> Auth.AccountSettings {
    let id = try call.requireAccount()
    if let name = request.name, given(name) == nil {
      throw RPCError(field: "name", "This field may not be blank")
    }
    let before = try await invoices.getBillingProfile(Common.Empty(), call.outgoing())
    let profile = try await change(before, request, call)
    return try await database.transaction(in: .account(id), deadline: call.deadline) {
      let row = try await $0.run(AccountQueries.lock, [.id(id)]).one()
      let old = try StoredAccount(row: row).settings(before)
      let now = time.now()
      var stored = try StoredAccount(row: row)
      if let name = given(request.name), name != stored.name {
        let renamed = try await $0.run(
          AccountQueries.update, [.id(id), .text(name), .null, .instant(now)])
        stored = try StoredAccount(row: renamed.one())
      }
      let new = stored.settings(profile)
      let changed = zip(old.pairs, new.pairs).filter { $0 != $1 }
      guard !changed.isEmpty else { return new }
      let entry = AuditEntry(
        action: "account.settings_changed", account: id, objectType: "account",
        objectID: id.value, before: Self.json(changed.map(\.0)),
        after: Self.json(changed.map(\.1)))
      let (statement, values) = entry.command(call, at: now)
      _ = try await $0.run(statement, values)
      return new
    }
  }

  private func change(
    _ before: Billing.BillingProfile, _ request: Auth.UpdateAccountSettingsRequest,
    _ call: IncomingCall
  ) async throws -> Billing.BillingProfile {
    let wanted = Billing.UpdateBillingProfileRequest(
      name: request.billingName, address: request.billingAddress,
      country: request.billingCountry, taxID: request.taxID, email: request.billingEmail)
    guard wanted != Billing.UpdateBillingProfileRequest() else { return before }
    do {
      return try await invoices.updateBillingProfile(wanted, call.outgoing())
    } catch var error as RPCError {
      for index in error.details.fields.indices {
        let name = error.details.fields[index].name
        if name != "tax_id", !name.isEmpty { error.details.fields[index].name = "billing_\(name)" }
      }
      throw error
    }
  }

  private static func json(_ pairs: [(String, String)]) -> JSONValue {
    .object(pairs.map { JSONValue.Member($0.0, .string($0.1)) })
  }
}

extension StoredAccount {
  fileprivate func settings(_ profile: Billing.BillingProfile) -> Auth.AccountSettings {
    Auth.AccountSettings(
      id: id.value, name: name, slug: slug, status: status.rawValue, billingName: profile.name,
      billingAddress: profile.address, billingCountry: profile.country,
      billingEmail: profile.email, taxID: profile.taxID, createdAt: createdAt,
      updatedAt: updatedAt)
  }
}

extension Auth.AccountSettings {
  /// What can be changed.
  fileprivate var pairs: [(String, String)] {
    [
      ("name", name), ("billing_name", billingName), ("billing_address", billingAddress),
      ("billing_country", billingCountry), ("billing_email", billingEmail), ("tax_id", taxID),
    ]
  }
}
