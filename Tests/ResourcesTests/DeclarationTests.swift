import PlannerContract
import RPC
import Resources
import TestKit
import TestTraits
import Testing

@Suite("declarations that do not fit", .inTurn, .timeLimit(.minutes(10)))
struct DeclarationTests {
  /// What the routes of a declaration complain about.
  private func mistakes(
    _ resource: Resource<Planner.Cluster>, _ methods: ResourceMethods
  ) async throws -> [String] {
    let world = try await World.make()
    var routes = RPCRoutes()
    do {
      try resource.routes(&routes, database: world.database, time: world.time, methods)
    } catch let error as ResourceMistake {
      return error.mistakes
    }
    return []
  }

  private func clusters(
    _ columns: [Column], filters: [Filter] = [], orderings: [String] = []
  ) -> Resource<Planner.Cluster> {
    Resource(
      "planner.clusters", table: "clusters", columns: columns,
      derived: ["keywords_count", "volume", "difficulty", "ideas_count", "content_count"].map {
        .sql($0, "0")
      },
      filters: filters, search: ["name"], orderings: orderings)
  }

  private let right: [Column] = [
    .int("site_id", .required), .int("sector_id", .required), .text("name", .required),
    .text("description"), .enumeration("status", ["active"]), .texts("terms", .readOnly),
  ]

  @Test("a declaration that fits has no mistakes")
  func fits() async throws {
    let found = try await mistakes(
      clusters(right, orderings: ["volume"]),
      ResourceMethods(
        list: ClustersMethods.listClusters, create: ClustersMethods.createCluster,
        update: ClustersMethods.updateCluster))
    #expect(found == [])
  }

  @Test("every mistake is named at once")
  func named() async throws {
    let found = try await mistakes(
      clusters(
        [.int("site_id"), .int("name"), .text("nonsense"), .int("owner", .required, .hidden)],
        filters: [.equal("colour")], orderings: ["shape"]),
      ResourceMethods(
        list: ClustersMethods.listClusters, retrieve: KeywordsMethods.getKeyword,
        create: ClustersMethods.createCluster, bulkDelete: ClustersMethods.getCluster))
    #expect(
      Set(found) == [
        "Cluster.sector_id comes from no column", "Cluster.description comes from no column",
        "Cluster.status comes from no column", "Cluster.terms comes from no column",
        "the column nonsense is no field of Cluster",
        "ListClustersRequest has no field colour to filter by",
        "the ordering shape is no field of Cluster",
        "GetKeyword does not answer Cluster",
        "CreateClusterRequest.name is of another kind than its column",
        "CreateClusterRequest.sector_id is no column",
        "CreateClusterRequest.description is no column",
        "CreateClusterRequest.status is no column",
        "CreateClusterRequest lacks the required owner",
        "IdRequest lacks repeated int64 ids", "Cluster lacks int64 count",
        "Cluster lacks repeated int64 ids",
      ])
  }
}
