import Kernel
import PlannerContract
import Postgres
import RPC
import Resources
import TestKit
import TestTraits
import Testing

@Suite("listing a resource", .inTurn, .timeLimit(.minutes(10)))
struct ListTests {
  private typealias List = Planner.ListKeywordsRequest

  @Test("a row comes with all its fields, the derived ones too")
  func fields() async throws {
    let world = try await World.make()
    let cluster = try await world.addCluster("Brewing")
    let id = try await world.create(
      .init(
        keyword: "kaffee ☕", seedKeywordID: 5, siteID: 1, sectorID: 10, volume: 900,
        difficulty: 40, intent: "commercial", clusterID: cluster)
    ).id
    let reply = try await world.list()
    #expect(reply.count == 1)
    #expect(
      reply.results == [
        Planner.Keyword(
          id: id, accountID: 7, siteID: 1, sectorID: 10, keyword: "kaffee ☕", volume: 900,
          difficulty: 40, intent: "commercial", status: "active", seedKeywordID: 5,
          clusterID: cluster, clusterName: "Brewing", createdAt: world.time.now(),
          updatedAt: world.time.now())
      ])
  }

  @Test("absent values are absent, not zero")
  func absent() async throws {
    let world = try await World.make()
    try await world.add("kaffee")
    let item = try #require(try await world.list().results.first)
    #expect(item.clusterID == nil)
    #expect(item.clusterName == nil)
    #expect(item.seedKeywordID == nil)
  }

  @Test("ten a page unless asked otherwise, a hundred at most, with the count of all")
  func pages() async throws {
    let world = try await World.make()
    for number in 0..<105 { try await world.add("k\(number)", volume: Int64(number)) }
    let first = try await world.list(List(ordering: "volume"))
    #expect(first.count == 105)
    #expect(first.results.map(\.volume) == Array(0..<10))
    let second = try await world.list(List(page: 2, ordering: "volume"))
    #expect(second.results.map(\.volume) == Array(10..<20))
    #expect(try await world.list(List(pageSize: 1_000)).results.count == 100)
    #expect(try await world.list(List(page: 2, pageSize: 1_000)).results.count == 5)
    let beyond = try await world.list(List(page: 99))
    #expect(beyond.results.isEmpty)
    #expect(beyond.count == 105)
  }

  @Test("a page that cannot be is refused", arguments: [0, -1])
  func wrongPage(number: Int32) async throws {
    let world = try await World.make()
    let page = await refusal { try await world.list(List(page: number)) }
    #expect(page?.code == .invalidArgument)
    #expect(page?["page"] == ["Invalid page"])
    let size = await refusal { try await world.list(List(pageSize: number)) }
    #expect(size?["page_size"] == ["Invalid page size"])
  }

  @Test("filters leave what they say")
  func filters() async throws {
    let world = try await World.make()
    let cluster = try await world.addCluster("A")
    try await world.add("a", site: 1, volume: 10, difficulty: 10, cluster: cluster)
    try await world.add("b", site: 1, volume: 20, difficulty: 50, status: "inactive")
    try await world.add("c", site: 2, volume: 30, difficulty: 90)
    func texts(_ request: List) async throws -> [String] {
      var request = request
      request.ordering = "keyword"
      return try await world.texts(request)
    }
    #expect(try await texts(List(siteID: 1)) == ["a", "b"])
    #expect(try await texts(List(status: "inactive")) == ["b"])
    #expect(try await texts(List(status: "active")) == ["a", "c"])
    #expect(try await texts(List(status: "pending")) == ["a", "c"])
    #expect(try await texts(List(clustered: true)) == ["a"])
    #expect(try await texts(List(clustered: false)) == ["b", "c"])
    #expect(try await texts(List(clusterID: cluster)) == ["a"])
    #expect(try await texts(List(volumeMin: 20)) == ["b", "c"])
    #expect(try await texts(List(volumeMin: 15, volumeMax: 25)) == ["b"])
    #expect(try await texts(List(difficultyMax: 50, volumeMin: 20)) == ["b"])
    #expect(try await texts(List(siteID: 1, clustered: false)) == ["b"])
  }

  @Test("an unknown status gives an empty page")
  func unknownStatus() async throws {
    let world = try await World.make()
    try await world.add("a")
    let reply = try await world.list(List(status: "nonsense"))
    #expect(reply.count == 0)
    #expect(reply.results.isEmpty)
  }

  @Test("search finds a part of a text in any case, and takes wildcards literally")
  func search() async throws {
    let world = try await World.make()
    for text in ["Espresso bar", "cold brew", "100% arabica", "a_b", "a\\b", "axb"] {
      try await world.add(text)
    }
    #expect(try await world.texts(List(search: "ESPRESSO")) == ["Espresso bar"])
    #expect(try await world.texts(List(search: "brew")) == ["cold brew"])
    #expect(try await world.texts(List(search: "0%")) == ["100% arabica"])
    #expect(try await world.texts(List(search: "a_b")) == ["a_b"])
    #expect(try await world.texts(List(search: "a\\b")) == ["a\\b"])
    #expect(try await world.texts(List(search: "'; DROP TABLE keywords; --")).isEmpty)
    #expect(try await world.list().count == 6)
  }

  @Test("orderings go up and down, by several fields, and fall back on the id")
  func orderings() async throws {
    let world = try await World.make()
    try await world.add("b", volume: 1, difficulty: 5)
    try await world.add("a", volume: 2, difficulty: 5)
    try await world.add("c", volume: 3, difficulty: 1)
    #expect(try await world.texts(List(ordering: "keyword")) == ["a", "b", "c"])
    #expect(try await world.texts(List(ordering: "-volume")) == ["c", "a", "b"])
    #expect(try await world.texts(List(ordering: "-difficulty,keyword")) == ["a", "b", "c"])
    #expect(try await world.texts(List(ordering: "difficulty")) == ["c", "b", "a"])
    #expect(try await world.texts() == ["c", "a", "b"])
  }

  @Test(
    "an ordering that is not declared is refused",
    arguments: ["nonsense", "keyword,", "status", "--volume", "keyword; DROP TABLE keywords"])
  func unknownOrdering(text: String) async throws {
    let world = try await World.make()
    let refusal = await refusal { try await world.list(List(ordering: text)) }
    #expect(refusal?.code == .invalidArgument)
    #expect(refusal?["ordering"] == ["Invalid ordering"])
  }

  @Test(
    "paging by cursor visits every row once, whatever the ordering",
    arguments: ["", "keyword", "-volume", "volume,-keyword", "-difficulty,volume", "-created_at"])
  func cursors(ordering: String) async throws {
    let world = try await World.make()
    for number in 0..<25 {
      try await world.add(
        "k\(number % 7)-\(number)", volume: Int64(number % 3), difficulty: Int64(number % 5))
      if number % 2 == 0 { world.time.advance(by: .seconds(1)) }
    }
    let whole = try await world.texts(List(pageSize: 100, ordering: ordering))
    var seen: [String] = []
    var cursor: String? = ""
    while let place = cursor {
      let page = try await world.list(List(pageSize: 4, ordering: ordering, cursor: place))
      #expect(page.count == (place.isEmpty ? 25 : 0))
      seen += page.results.map(\.keyword)
      cursor = page.nextCursor
    }
    #expect(seen == whole)
  }

  @Test("a row that comes in front while paging by cursor shifts nothing")
  func stableCursor() async throws {
    let world = try await World.make()
    for text in ["b", "c", "d", "e"] { try await world.add(text) }
    let first = try await world.list(List(pageSize: 2, ordering: "keyword", cursor: ""))
    try await world.add("a")
    let second = try await world.texts(
      List(pageSize: 2, ordering: "keyword", cursor: first.nextCursor))
    #expect(second == ["d", "e"])
  }

  @Test("a cursor that was not given for this ordering is refused")
  func wrongCursor() async throws {
    let world = try await World.make()
    for text in ["a", "b"] { try await world.add(text) }
    let page = try await world.list(List(pageSize: 1, ordering: "keyword", cursor: ""))
    let cursor = try #require(page.nextCursor)
    for (ordering, cursor) in [("volume", cursor), ("keyword", cursor + "00"), ("keyword", "zz")] {
      let refusal = await refusal {
        try await world.list(List(ordering: ordering, cursor: cursor))
      }
      #expect(refusal?["cursor"] == ["Invalid cursor"])
    }
  }

  @Test("another account's rows are not there")
  func tenants() async throws {
    let world = try await World.make()
    try await world.add("mine")
    try await world.add("theirs", world.call(as: other))
    #expect(try await world.texts() == ["mine"])
    #expect(try await world.texts(List(), world.call(as: other)) == ["theirs"])
  }

  @Test("who is granted sites sees these only")
  func sites() async throws {
    let world = try await World.make()
    try await world.add("one", site: 1)
    try await world.add("two", site: 2)
    let editor = world.call(role: .editor, sites: [2])
    #expect(try await world.texts(List(), editor) == ["two"])
    #expect(try await world.texts(List(siteID: 1), editor).isEmpty)
    #expect(try await world.texts(List(), world.call(role: .viewer, sites: [])).isEmpty)
  }

  @Test("all rows that a request leaves are handed over in batches")
  func each() async throws {
    let world = try await World.make()
    for number in 0..<23 { try await world.add("k\(number)", volume: Int64(number)) }
    var batches: [[Int64]] = []
    try await keywords.each(
      List(page: 2, pageSize: 1, ordering: "volume", volumeMin: 3), world.call(),
      on: world.database, time: world.time, batch: 8
    ) { batches.append($0.map(\.volume)) }
    #expect(batches.map(\.count) == [8, 8, 4])
    #expect(batches.flatMap(\.self) == Array(3..<23))
  }

  @Test("items are fetched by id, those of others left out")
  func fetch() async throws {
    let world = try await World.make()
    let a = try await world.add("a")
    let b = try await world.add("b")
    let theirs = try await world.add("c", world.call(as: other))
    let found = try await keywords.fetch([b, theirs, a, 999], of: mine, on: world.database)
    #expect(found.map(\.keyword) == ["a", "b"])
    let inside = try await world.database.transaction(in: .account(mine)) {
      try await keywords.fetch([b], of: mine, in: $0)
    }
    #expect(inside.map(\.keyword) == ["b"])
  }
}
