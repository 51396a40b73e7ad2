import CommonContract
import JSON
import Kernel
import NIOCore
import PlannerContract
import RPC
import TestTraits
import Testing

@testable import EdgeService

@Suite("JSON to calls and back", .inTurn, .timeLimit(.minutes(10)))
struct TranscodingTests {
  @Test("a body becomes the request, and the reply the envelope")
  func roundTrip() async throws {
    let world = try EdgeWorld { routes in
      routes.handle(KeywordsMethods.createKeyword) { request, call in
        #expect(
          request
            == Planner.CreateKeywordRequest(
              keyword: "café \"noir\"", siteID: 3, sectorID: 4, volume: 10, intent: "commercial"))
        #expect(call.idempotencyKey == "once")
        #expect(call.context.account == AccountID(1))
        return Planner.Keyword(
          id: 9, keyword: request.keyword ?? "", createdAt: Instant(seconds: 1_767_225_600))
      }
    }
    let body =
      #"{"keyword":"café \"noir\"","site_id":3,"sector_id":"4","volume":10,"#
      + #""intent":"commercial","colour":"red"}"#
    let reply = try await world.ask(
      "POST", "/api/v1/planner/keywords/", body, headers: ["idempotency-key": "once"])
    #expect(reply.status == 201)
    let json = try reply.json
    #expect(json["success"] == true)
    #expect(json["data"]?["keyword"] == "café \"noir\"")
    #expect(json["data"]?["created_at"] == "2026-01-01T00:00:00Z")
    #expect(json["data"]?["updated_at"] == .null)
    #expect(json["data"]?["cluster_id"] == .null)
    #expect(json["request_id"]?.string == reply.header("X-Request-ID"))
    #expect(json["warnings"]?.array?.count == 1)
    #expect(json["warnings"]?.array?.first?.string?.contains("colour") == true)
  }

  @Test("every fault of a body is told at once, by field")
  func faults() async throws {
    let world = try EdgeWorld()
    let reply = try await world.ask(
      "POST", "/api/v1/planner/keywords/",
      #"{"site_id":"x","volume":-1,"difficulty":101,"intent":"odd","status":5}"#)
    #expect(reply.status == 400)
    let errors = try reply.json["errors"]
    #expect(errors?["site_id"] == ["A valid integer is required"])
    #expect(errors?["sector_id"] == ["This field is required"])
    #expect(errors?["volume"] == ["Ensure this value is greater than or equal to 0"])
    #expect(errors?["difficulty"] == ["Ensure this value is less than or equal to 100"])
    #expect(errors?["intent"] == ["Invalid intent"])
    #expect(errors?["status"] == ["Invalid status value"])
  }

  @Test("a NUL is refused wherever it stands, and is never left out in silence")
  func nul() async throws {
    let world = try EdgeWorld()
    func errors(_ method: String, _ path: String, _ body: String = "") async throws -> JSONValue? {
      let reply = try await world.ask(method, "/api/v1/planner/" + path, body)
      #expect(reply.status == 400)
      return try reply.json["errors"]
    }
    let told: JSONValue = ["Null characters are not allowed"]
    let keyword = #"{"keyword":"a\u0000b","site_id":1,"sector_id":1}"#
    #expect(try await errors("POST", "keywords/", keyword) == ["keyword": told])
    #expect(try await errors("GET", "keywords/?search=a%00b") == ["search": told])
    for outline in [#""\u0000""#, #"[{"a":["\\\u0000"]}]"#, #"{"a\u0000":1}"#] {
      let idea = #"{"title":"t","site_id":1,"sector_id":1,"outline":\#(outline)}"#
      #expect(try await errors("POST", "ideas/", idea) == ["outline": told])
    }
  }

  @Test("an escaped backslash before the letters of a NUL's escape is none")
  func noNUL() async throws {
    let world = try EdgeWorld { routes in
      routes.handle(IdeasMethods.createIdea) { request, _ in
        #expect(request.outline == #"["\\u0000"]"#)
        return Planner.Idea(id: 1)
      }
    }
    let reply = try await world.ask(
      "POST", "/api/v1/planner/ideas/",
      #"{"title":"t","site_id":1,"sector_id":1,"outline":["\\u0000"]}"#)
    #expect(reply.status == 201)
  }

  @Test("a list that is far too long costs no more than reading it, and few words")
  func longLists() async throws {
    let world = try EdgeWorld()
    for element in ["1", "{}", #"{"enabled":null}"#, #"{"stage":"x"}"#] {
      let list = Array(repeating: element, count: 50_000).joined(separator: ",")
      let reply = try await world.ask(
        "PUT", "/api/v1/automation/config/", #"{"site_id":1,"stages":[\#(list)]}"#)
      #expect(reply.status == 400)
      #expect(
        try reply.json["errors"]?["stages"] == ["Ensure this field has no more than 7 elements"])
      #expect(reply.text.utf8.count < 4_096)
    }
  }

  @Test("of very many unknown fields the first hundred are told")
  func manyUnknown() async throws {
    let world = try EdgeWorld { routes in
      routes.handle(KeywordsMethods.updateKeyword) { _, _ in Planner.Keyword(id: 7) }
    }
    let fields = (0..<5_000).map { #""x\#($0)":1"# }.joined(separator: ",")
    let reply = try await world.ask("PATCH", "/api/v1/planner/keywords/7/", "{\(fields)}")
    #expect(reply.status == 200)
    #expect(try reply.json["warnings"]?.array?.count == 100)
  }

  @Test("null clears, absence leaves alone, and the path names the object")
  func cleared() async throws {
    let world = try EdgeWorld { routes in
      routes.handle(KeywordsMethods.updateKeyword) { request, _ in
        #expect(request == Planner.UpdateKeywordRequest(id: 7, volume: 5, cleared: ["cluster_id"]))
        return Planner.Keyword(id: 7)
      }
    }
    let reply = try await world.ask(
      "PATCH", "/api/v1/planner/keywords/7/",
      #"{"id":8,"volume":5,"cluster_id":null,"cleared":["volume"]}"#)
    #expect(reply.status == 200)
  }

  @Test("malformed JSON names line and column")
  func malformed() async throws {
    let reply = try await EdgeWorld().ask(
      "POST", "/api/v1/planner/keywords/", "{\n  \"keyword\": }")
    #expect(reply.status == 400)
    #expect(try reply.json["error"]?.string?.hasSuffix("at line 2, column 14") == true)
  }

  @Test("a list links to its neighbours and keeps the other parameters")
  func lists() async throws {
    let world = try EdgeWorld { routes in
      routes.handle(KeywordsMethods.listKeywords) { request, _ in
        #expect(request.search == "a b")
        #expect(request.page == 2)
        return Planner.ListKeywordsReply(count: 25, results: [Planner.Keyword(id: 1, volume: 3)])
      }
    }
    let reply = try await world.ask(
      "GET", "/api/v1/planner/keywords/?search=a+b&page=2&fields=id,volume")
    let json = try reply.json
    #expect(json["count"] == 25)
    #expect(json["results"] == [["id": 1, "volume": 3]])
    let base = "https://igny8.example/api/v1/planner/keywords/?search=a%20b&page="
    #expect(json["next"]?.string == base + "3&fields=id%2Cvolume")
    #expect(json["previous"]?.string == base + "1&fields=id%2Cvolume")
  }

  @Test("a wrong page number is told, an unknown parameter is not")
  func query() async throws {
    let reply = try await EdgeWorld().ask("GET", "/api/v1/planner/keywords/?page=two&utm=1")
    #expect(reply.status == 400)
    #expect(try reply.json["errors"] == ["page": ["A valid integer is required"]])
  }

  @Test("a CSV comes in raw or as a form's file, with parameters from the URL")
  func uploads() async throws {
    let world = try EdgeWorld { routes in
      routes.handle(KeywordsMethods.importKeywords) { request, _ in
        #expect(request.csv == Array("keyword\ncoffee\n".utf8))
        #expect(request.siteID == 3)
        #expect(request.sectorID == 4)
        return Planner.ImportKeywordsReply()
      }
    }
    let path = "/api/v1/planner/keywords/import_keywords/?site_id=3&sector_id=4"
    let raw = try await world.ask("POST", path, "keyword\ncoffee\n", type: "text/csv")
    #expect(raw.status == 200)
    let form =
      "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"k.csv\"\r\n\r\n"
      + "keyword\ncoffee\n\r\n--X--\r\n"
    let sent = try await world.ask("POST", path, form, type: "multipart/form-data; boundary=X")
    #expect(sent.status == 200)
  }

  @Test("a deletion answers nothing, an export the pieces of its file")
  func otherShapes() async throws {
    let world = try EdgeWorld { routes in
      routes.handle(KeywordsMethods.deleteKeyword) { _, _ in Common.Empty() }
      routes.stream(KeywordsMethods.exportKeywords) { _, _, sender in
        try await sender.send(
          Common.RawBody(contentType: "text/csv", body: Array("a\n".utf8), fileName: "k.csv"))
        try await sender.send(Common.RawBody(body: Array("b\n".utf8)))
      }
    }
    let deleted = try await world.ask("DELETE", "/api/v1/planner/keywords/7/")
    #expect(deleted.status == 204)
    #expect(deleted.text.isEmpty)
    let export = try await world.ask("GET", "/api/v1/planner/keywords/export/")
    #expect(export.text == "a\nb\n")
    #expect(export.header("Content-Type") == "text/csv")
    #expect(export.header("Content-Disposition") == "attachment; filename=\"k.csv\"")
  }
}
