import JSON
import Testing

/// What must hold of an account after its run, whatever happened during it.
struct Audit {
  let customer: Customer

  func check() async throws {
    try await checkWork()
    try await checkLedger()
  }

  /// Nothing lost, nothing doubled: one task an idea, one content a task, one picture a place, one
  /// record a delivery.
  private func checkWork() async throws {
    let site = "site_id=\(customer.siteID)"
    let ideas = try await customer.api.all("/api/v1/planner/ideas/?\(site)")
    let tasks = try await customer.api.all("/api/v1/writer/tasks/?\(site)")
    let contents = try await customer.api.all("/api/v1/writer/content/?\(site)")
    let images = try await customer.api.all("/api/v1/writer/images/?\(site)")
    let records = try await customer.api.all("/api/v1/publisher/publishing-records/?\(site)")
    #expect(!ideas.isEmpty)
    #expect(isOneToOne(tasks, "idea_id", to: ideas))
    #expect(isOneToOne(contents, "task_id", to: tasks))
    #expect(isOneToOne(records, "content_id", to: contents))
    #expect(contents.allSatisfy { $0["status"]?.string == "published" })
    #expect(images.allSatisfy { $0["status"]?.string == "generated" })
    let places = images.map { "\($0["content_id"]?.int ?? 0)/\($0["position"]?.int ?? 0)" }
    #expect(Set(places).count == places.count)
    #expect(Set(images.compactMap { $0["content_id"]?.int }).count == contents.count)
    for content in contents.prefix(3) {
      let slug = try #require(content["slug"]?.string)
      let page = try await customer.api.expect("GET", "/s/\(customer.siteSlug)/\(slug)/")
      #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)
    }
  }

  private func isOneToOne(_ rows: [JSONValue], _ field: String, to others: [JSONValue]) -> Bool {
    let named = rows.compactMap { $0[field]?.int }
    return named.count == rows.count && Set(named).count == named.count
      && Set(named) == Set(others.compactMap { $0["id"]?.int })
  }

  /// The ledger verifies, nothing stays reserved, and the usage is what the results cost.
  private func checkLedger() async throws {
    var balance = try await customer.api.get("/api/v1/billing/credits/balance/")
    for _ in 0..<50 where balance["reserved_credits"]?.int != 0 {
      try await Task.sleep(for: .milliseconds(200))
      balance = try await customer.api.get("/api/v1/billing/credits/balance/")
    }
    #expect(balance["reserved_credits"]?.int == 0)
    let path = "/api/v1/admin/ledger/verify/?account_id=\(customer.accountID)"
    let verification = try await customer.staff.get(path)
    #expect(verification["ok"]?.bool == true, "\(verification.text)")
    let usage = try await customer.api.all("/api/v1/billing/credits/usage/")
    let images = try await customer.api.all("/api/v1/writer/images/?site_id=\(customer.siteID)")
    let contents = try await customer.api.all("/api/v1/writer/content/?site_id=\(customer.siteID)")
    #expect(usage.count { $0["operation_type"]?.string == "image_generation" } == images.count)
    #expect(usage.count { $0["operation_type"]?.string == "content_generation" } == contents.count)
  }
}
