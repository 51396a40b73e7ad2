import Foundation
import JSON
import Testing

/// A published site whose every text wants to run.
struct HostileSite {
  let slug: String
  private let owner: RESTClient
  private let siteID: Int64

  static func make(in world: MatrixWorld, _ texts: [String]) async throws -> HostileSite {
    let owner = world.hostile.owner
    let all = texts.map { $0.filter { !$0.isNewline } }.joined(separator: " ")
    let site = try await owner.post(
      "/api/v1/auth/sites/",
      [
        "name": .string(String(all.prefix(150))), "description": .string(String(all.prefix(900))),
        "hosting_type": "igny8_sites", "slug": .string("hostile-\(UUID().uuidString.lowercased())"),
      ])
    let siteID = try #require(site["id"]?.int, "\(site.text)")
    let sector = try await owner.post(
      "/api/v1/auth/sectors/", ["site_id": .int(siteID), "name": "Hostile"])
    for text in texts {
      try await publish(text, owner, ["site_id": .int(siteID), "sector_id": sector["id"] ?? .null])
    }
    return HostileSite(
      slug: try #require(site["slug"]?.string), owner: owner, siteID: siteID)
  }

  private static func publish(
    _ text: String, _ owner: RESTClient, _ place: JSONValue
  ) async throws {
    let short = JSONValue.string(String(text.prefix(90)))
    let html = JSONValue.string(
      "<h2>\(text)</h2><p title=\"\(text)\">\(text)</p><a href=\"\(text)\">\(text)</a>"
        + "<img src=\"\(text)\" alt=\"\(text)\"><style>\(text)</style><iframe srcdoc=\"\(text)\">")
    let content = try await owner.post(
      "/api/v1/writer/content/",
      .object(
        place.members + [
          .init("title", short), .init("html_content", html), .init("excerpt", short),
          .init("meta_title", short), .init("meta_description", short), .init("tags", [short]),
          .init("primary_keyword", short), .init("categories", [short]), .init("status", "review"),
        ]))
    let id = try #require(content["id"]?.int, "\(content.text)")
    let started = try await owner.post(
      "/api/v1/writer/content/\(id)/publish/", ["destinations": ["igny8_sites"]])
    let task = started["task_id"]?.int ?? started["task_id"]?.string.flatMap { Int64($0) }
    let progress = "/api/v1/system/settings/task_progress/\(try #require(task))/"
    while !["SUCCESS", "FAILURE"].contains(try await owner.get(progress)["state"]?.string) {
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Of the site itself, of every article, for readers of feeds and for search engines.
  func pages() async throws -> [String] {
    let articles = try await owner.all("/api/v1/writer/content/?site_id=\(siteID)")
    #expect(articles.allSatisfy { $0["status"]?.string == "published" })
    let slugs = articles.compactMap { $0["slug"]?.string }
    return ["/s/\(slug)/", "/s/\(slug)/rss.xml", "/s/\(slug)/sitemap.xml"]
      + slugs.map { "/s/\(slug)/\($0)/" }
  }
}
