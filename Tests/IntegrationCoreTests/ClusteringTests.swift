import ClusteringKit
import IntegrationCore
import Testing

@Suite("clustering keywords")
struct ClusteringTests {
  @Test("agreement has the values worked out by hand")
  func agreement() {
    let same = Agreement(found: [1, 1, 2, 2], truth: [5, 5, 7, 7])
    #expect(same.adjustedRand == 1 && same.f1 == 1)
    // Hubert and Arabie: pairs together 2, found 4, truth 3, of 15; expected 0.8.
    let mixed = Agreement(found: [0, 0, 0, 1, 1, 2], truth: [0, 0, 1, 1, 1, 2])
    #expect(abs(mixed.adjustedRand - (2 - 16.0 / 15) / (4 - 16.0 / 15)) < 1e-12)
    #expect(mixed.precision == 0.5 && mixed.recall == 0.5)
    let apart = Agreement(found: [0, 1, 2, 3], truth: [0, 0, 1, 1])
    #expect(apart.adjustedRand == 0 && apart.f1 == 0)
  }

  @Test(
    "clusters agree with an editor's labels",
    arguments: [
      ("coffee", 0.65, 0.66), ("gardening", 0.73, 0.74), ("email", 0.60, 0.61),
      ("homeoffice", 0.53, 0.55),
    ])
  func floors(name: String, rand: Double, f1: Double) throws {
    let list = try LabelledList(name)
    let clustering = LocalEngine().cluster(list.keywords)
    let found = Agreement(
      found: clustering.groups(count: list.keywords.count), truth: list.groups)
    #expect(found.adjustedRand >= rand)
    #expect(found.f1 >= f1)
    #expect((10...35).contains(clustering.clusters.count))
  }

  @Test("every keyword ends in one place, clusters keep to their size and have names of their own")
  func partition() throws {
    let list = try LabelledList("coffee")
    let clustering = LocalEngine().cluster(list.keywords)
    let places = clustering.clusters.flatMap(\.members) + clustering.outliers
    #expect(places.sorted() == Array(list.keywords.indices))
    #expect(clustering.clusters.allSatisfy { (2...15).contains($0.members.count) })
    #expect(Set(clustering.clusters.map(\.name)).count == clustering.clusters.count)
    #expect(clustering.clusters.allSatisfy { !$0.terms.isEmpty && !$0.description.isEmpty })
    #expect(clustering.clusters.contains { $0.name == "Espresso Machine" })
    #expect(LocalEngine().cluster(list.keywords) == clustering)
  }

  @Test("a second batch extends the clusters of the first")
  func batches() throws {
    let list = try LabelledList("gardening")
    let first = Array(list.keywords.prefix(50))
    let second = Array(list.keywords.dropFirst(50))
    let made = LocalEngine().cluster(first)
    let existing = made.clusters.map { cluster in
      ExistingCluster(name: cluster.name, terms: cluster.members.map { first[$0].text })
    }
    let next = LocalEngine().cluster(second, existing: existing)
    #expect(next.assigned.count >= 8)
    let taken = Set(made.clusters.map(\.name))
    #expect(next.clusters.allSatisfy { !taken.contains($0.name) })
    let snake = try #require(existing.firstIndex { $0.name.contains("Snake Plant") })
    for (index, keyword) in second.enumerated() where keyword.text.contains("snake plant") {
      #expect(next.assigned.contains(ClusterAssignment(keyword: index, cluster: snake)))
    }
    let places = next.assigned.map(\.keyword) + next.clusters.flatMap(\.members) + next.outliers
    #expect(places.sorted() == Array(second.indices))
  }

  @Test("what has nothing in common stays alone; empty and foreign input is no trouble")
  func oddInput() {
    let engine = LocalEngine()
    #expect(engine.cluster([]) == Clustering())
    let strangers = ["tax law appeal", "sourdough starter", "kayak paddle"].map {
      KeywordInput(text: $0)
    }
    #expect(engine.cluster(strangers).outliers == [0, 1, 2])
    let mixed = ["", "!!!", "how to", "最好的咖啡机", "最好的咖啡机", "кофе в зернах", "кофе в турке"]
      .map { KeywordInput(text: $0) }
    let clustering = engine.cluster(mixed)
    let places = clustering.clusters.flatMap(\.members) + clustering.outliers
    #expect(places.sorted() == Array(mixed.indices))
    #expect(clustering.clusters.contains { $0.members == [3, 4] })
  }

  @Test("existing clusters that nothing fits stay as they are")
  func unrelatedExisting() {
    let keywords = ["divorce lawyer cost", "divorce lawyer near me"].map { KeywordInput(text: $0) }
    let existing = [
      ExistingCluster(name: "Grow Lights", terms: ["led grow lights", "grow light bulb"])
    ]
    let result = LocalEngine().cluster(keywords, existing: existing)
    #expect(result.assigned.isEmpty && result.clusters.map(\.members) == [[0, 1]])
    #expect(result.clusters.first?.name == "Divorce Lawyer")
  }
}
