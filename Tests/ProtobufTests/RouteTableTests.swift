import CommonContract
import Kernel
import PlannerContract
import Protobuf
import RPC
import RouteTable
import Testing

@Suite("the generated route table")
struct RouteTableTests {
  private func route(_ verb: Route.Verb, _ path: String) throws -> Route {
    try #require(Route.all.first { $0.verb == verb && $0.path == path })
  }

  @Test("a route carries what its proto says")
  func keywordUpdate() throws {
    let patch = try route(.patch, "/api/v1/planner/keywords/{id}/")
    #expect(patch.context == "planner")
    #expect(patch.method == KeywordsMethods.updateKeyword.info)
    #expect(patch.request == Planner.UpdateKeywordRequest.descriptor)
    #expect(patch.reply == Planner.Keyword.descriptor)
    #expect(patch.segments.last == .parameter(name: "id", field: 0))
    #expect(patch.throttle == "planner")
    #expect(patch.status == 200 && patch.shape == .object && patch.maxBodyBytes == 1 << 20)
    #expect(patch.method.minimumRole == .role(.editor))
    let put = try route(.put, "/api/v1/planner/keywords/{id}/")
    #expect(put.method == patch.method)
  }

  @Test("status, shape, upload and body size differ where the proto says so")
  func others() throws {
    let delete = try route(.delete, "/api/v1/planner/keywords/{id}/")
    #expect(delete.status == 204 && delete.shape == .empty)
    #expect(try route(.get, "/api/v1/planner/keywords/").shape == .list)
    let upload = try route(.post, "/api/v1/planner/keywords/import_keywords/")
    #expect(upload.maxBodyBytes == 10 << 20)
    #expect(upload.uploadField == upload.request.field(named: "csv")?.index)
    #expect(upload.method.timeout == .seconds(60))
  }

  @Test("every parameter names a singular field of its request")
  func parameters() {
    for route in Route.all {
      for case .parameter(let name, let field) in route.segments {
        #expect(route.request.field(named: name)?.index == field, "\(route.path)")
        #expect(!route.request.field(field).isRepeated)
      }
    }
  }

  @Test("no two routes take the same requests, but for a stream of events beside a plain answer")
  func unique() {
    for (place, route) in Route.all.enumerated() {
      for other in Route.all.dropFirst(place + 1) where route.overlaps(other) {
        #expect((route.shape == .events) != (other.shape == .events), "\(route.path)")
      }
    }
  }

  @Test("field rules are those of the proto, also for fields of which it says nothing")
  func rules() throws {
    let request = Planner.CreateKeywordRequest.descriptor
    func rule(_ name: String) throws -> FieldRule {
      FieldRules.all.rule(request, try #require(request.field(named: name)).index)
    }
    #expect(try rule("site_id").isRequired)
    #expect(try rule("keyword").maxLength == 255)
    #expect(try rule("difficulty").minimum == 0)
    #expect(try rule("difficulty").maximum == 100)
    #expect(try rule("status").message == "Invalid status value")
    #expect(try rule("status").values.contains("archived"))
    #expect(try rule("cluster_id") == .none)
    let keyword = Planner.Keyword.descriptor
    let created = try #require(keyword.field(named: "created_at"))
    #expect(FieldRules.all.rule(keyword, created.index).isTimestamp)
    #expect(FieldRules.all[Common.Empty.descriptor] == nil)
  }

  @Test("every method has its own number on the wire")
  func numbers() {
    let lists = [KeywordsMethods.all, ClustersMethods.all, IdeasMethods.all, PlanningMethods.all]
    let numbers = lists.joined().map(\.number)
    #expect(Set(numbers).count == numbers.count)
    #expect(KeywordsMethods.exportKeywords.info.isStream)
    #expect(PlanningMethods.clusterBatch.info.idempotency == .keyed)
    #expect(PlanningMethods.clusterBatch.info.minimumRole == .internal)
  }

  @Test("the OpenAPI document names every path of the table")
  func openAPI() {
    for route in Route.all {
      #expect(OpenAPISchema.json.contains("\"\(route.path)\":"), "\(route.path)")
    }
    #expect(OpenAPISchema.json.hasPrefix("{\n\"openapi\":\"3.1.0\""))
  }
}
