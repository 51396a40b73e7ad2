import JSON
import RPC
import RouteTable
import TestTraits
import Testing

@testable import EdgeService

@Suite("The API's own pages", .inTurn, .timeLimit(.minutes(10)))
struct SystemPageTests {
  @Test("the status names the service that does not answer")
  func status() async throws {
    let world = try EdgeWorld()
    let whole = try await world.ask("GET", "/api/v1/system/status/").json
    #expect(whole["data"]?["status"] == "operational")
    #expect(whole["data"]?["services"]?["planner"] == "operational")
    let broken = try await EdgeWorld(away: "planner").ask("GET", "/api/v1/system/status/")
    #expect(broken.status == 200)
    let data = try broken.json["data"]
    #expect(data?["status"] == "degraded")
    #expect(data?["services"]?["planner"] == "unavailable")
    #expect(data?["services"]?["writer"] == "operational")
  }

  @Test("the index and the schema name every path")
  func index() async throws {
    let world = try EdgeWorld()
    let endpoints = try #require(try await world.ask("GET", "/api/v1/").json["data"]?["endpoints"])
    let listed = Set(endpoints.members.flatMap { $0.value.array ?? [] }.compactMap(\.string))
    let paths = try #require(try await world.ask("GET", "/api/schema/").json["paths"])
    let described = Set(paths.members.map(\.name))
    for route in Route.all {
      let path = "/" + route.segments.map(Self.text).joined(separator: "/") + "/"
      #expect(described.contains(path), "\(path)")
      #expect(listed.contains(path) || !path.hasPrefix("/api/v1/"), "\(path)")
    }
    for page in SystemPage.allCases { #expect(described.contains(page.rawValue)) }
  }

  @Test("the documentation shows an endpoint's fields and nothing of anybody else's")
  func docs() async throws {
    let page = try await EdgeWorld().ask("GET", "/api/docs/")
    let html = page.text
    #expect(html.contains("<code>/api/v1/planner/keywords/{id}/</code>"))
    #expect(html.contains("<td><code>keyword</code></td>"))
    #expect(!html.contains("<script") && !html.contains("src="))
  }

  @Test("a selection of fields that no answer has is refused")
  func selection() async throws {
    let reply = try await EdgeWorld().ask("GET", "/api/v1/planner/keywords/?fields=id,volum")
    #expect(reply.status == 400)
    #expect(try reply.json["errors"]?["fields"] == ["Unknown field: volum"])
  }

  private static func text(_ segment: Route.Segment) -> String {
    switch segment {
    case .literal(let text): text
    case .parameter(let name, _): "{\(name)}"
    }
  }
}
