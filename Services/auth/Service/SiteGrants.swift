import JSON
import Kernel
import Postgres
import RPC
import Resources

extension Sites {
  // MARK: Grants

  /// Grants are written down with what they were before and are after.
  var accessHooks: ResourceHooks {
    var hooks = ResourceHooks()
    hooks.before = { change, values, call, transaction in
      if case .create = change { return }
      let account = try call.requireAccount()
      let isUpdate = if case .update = change { true } else { false }
      let grants = try await transaction.run(
        SiteQueries.lockGrants, [.id(account), .ints(change.ids)])
      let entries = try grants.map { row in
        let old = Grant(user: try row.int("user_id"), site: try row.int("site_id"))
        let new = Grant(
          user: values.int("user_id") ?? old.user, site: values.int("site_id") ?? old.site)
        return AuditEntry(
          action: isUpdate ? "site_access.updated" : "site_access.deleted", account: account,
          objectType: "site_access", objectID: try row.int("id"), before: old.json,
          after: isUpdate ? new.json : nil)
      }
      _ = try await transaction.runAll(entries.map { $0.command(call, at: time.now()) })
    }
    hooks.after = { change, values, call, transaction in
      guard case .create(let id) = change else { return }
      let grant = Grant(user: values.int("user_id") ?? 0, site: values.int("site_id") ?? 0)
      let entry = AuditEntry(
        action: "site_access.created", account: try call.requireAccount(),
        objectType: "site_access", objectID: id, after: grant.json)
      let (statement, bindings) = entry.command(call, at: time.now())
      _ = try await transaction.run(statement, bindings)
    }
    return hooks
  }
}

/// Whom which site is open to.
private struct Grant {
  let user: Int64
  let site: Int64

  var json: JSONValue { ["user_id": .int(user), "site_id": .int(site)] }
}
