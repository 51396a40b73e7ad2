import Foundation
import JSON
import Testing

/// A new customer with credits, a site, a sector and keywords, ready to run the pipeline.
struct Customer {
  let api: RESTClient
  let staff: RESTClient
  let accountID: Int64
  let siteID: Int64
  let siteSlug: String

  static func make(on system: RunningSystem, keywords: Int) async throws -> Customer {
    let anonymous = RESTClient(url: system.url)
    let signedIn = try await anonymous.post(
      "/api/v1/auth/login/",
      ["email": .string(system.staffEmail), "password": .string(system.staffPassword)])
    let staff = RESTClient(url: system.url, access: signedIn["access"]?.string)
    let name = UUID().uuidString.lowercased()
    let session = try await anonymous.join("\(name)@igny8.example", "Brewed-3-times-daily")
    let api = RESTClient(url: system.url, access: session["access"]?.string)
    let user = try #require(session["user"])
    let userID = try #require(user["id"]?.int)
    _ = try await staff.post(
      "/api/v1/admin/users/\(userID)/adjust-credits/", ["amount": 20_000, "reason": "A test"])
    let industry = try #require(try await api.all("/api/v1/auth/industries/").first)
    let template = try #require(industry["sectors"]?.array?.first?["id"])
    let site = try await api.post(
      "/api/v1/auth/sites/",
      [
        "name": "The Coffee Notebook", "industry_id": try #require(industry["id"]),
        "hosting_type": "igny8_sites",
      ])
    let siteID = try #require(site["id"]?.int)
    let sectors = try await api.post(
      "/api/v1/auth/sites/\(siteID)/select_sectors/", ["industry_sector_ids": [template]])
    let sectorID = try #require(sectors.array?.first?["id"]?.int)
    let path = "/api/v1/planner/keywords/import_keywords/?site_id=\(siteID)&sector_id=\(sectorID)"
    let imported = try await api.expect("POST", path, csv: try Self.keywordFile(keywords)).data
    #expect(imported["created"]?.int == Int64(keywords))
    return Customer(
      api: api, staff: staff, accountID: try #require(user["account"]?["id"]?.int),
      siteID: siteID, siteSlug: try #require(site["slug"]?.string))
  }

  /// The first keywords of the real list.
  private static func keywordFile(_ count: Int) throws -> Data {
    let file = RunningSystem.repository.appending(path: "Tests/Fixtures/keywords-coffee.csv")
    let lines = try String(contentsOf: file, encoding: .utf8)
      .split(whereSeparator: \.isNewline)
    return Data(lines.prefix(count + 1).joined(separator: "\n").utf8)
  }

  /// Saves a config that publishes, and starts a run.
  func startRun() async throws -> Int64 {
    let stages = (1...7).map { number -> JSONValue in
      ["stage": .int(Int64(number)), "enabled": true]
    }
    _ = try await api.expect(
      "PUT", "/api/v1/automation/config/",
      [
        "site_id": .int(siteID), "enabled": true, "stages": .array(stages), "auto_publish": true,
        "destinations": ["igny8_sites"],
      ])
    let run = try await api.post("/api/v1/automation/run_now/", ["site_id": .int(siteID)])
    return try #require(run["id"]?.int)
  }

  /// The run once it has ended; nil when it has not after `patience`.
  func finish(_ run: Int64, patience: Duration) async throws -> JSONValue? {
    let clock = ContinuousClock()
    let end = clock.now + patience
    while clock.now < end {
      let state = try await api.get("/api/v1/automation/runs/\(run)/")
      if let status = state["status"]?.string, !["created", "running"].contains(status) {
        return state
      }
      try await Task.sleep(for: .milliseconds(200))
    }
    return nil
  }
}
