import Testing

@testable import SimulationKit

@Suite("Table of the simulated store")
struct TableTests {
  private func table() -> Table<String> {
    Table(key: { $0.first.map(String.init) }, isLive: { !$0.hasSuffix("over") })
  }

  @Test("what a transaction changes is seen by itself, and by others once it commits")
  func isolates() throws {
    var table = table()
    let id = try #require(try table.insert("a", for: 1))
    #expect(table.row(id, for: 1) == "a")
    #expect(table.row(id, for: 2) == nil)
    #expect(table.commit(1).map(\.new) == ["a"])
    #expect(table.row(id, for: 2) == "a")
  }

  @Test("a row that another transaction changes is waited for")
  func locks() throws {
    var table = table()
    let id = try #require(try table.insert("a", for: 1))
    _ = table.commit(1)
    try table.update(id, for: 2) { $0 = "a2" }
    #expect(throws: Blocked.self) { try table.lock(id, for: 3) }
    #expect(table.row(id, for: 3) == "a")
    table.rollBack(2)
    #expect(try table.lock(id, for: 3) == "a")
  }

  @Test("of two rows with one key the second waits for the first, and is refused or not")
  func keepsKeys() throws {
    var table = table()
    _ = try table.insert("a", for: 1)
    #expect(throws: Blocked.self) { try table.insert("a", for: 2) }
    table.rollBack(1)
    #expect(try table.insert("a", for: 2) != nil)
    _ = table.commit(2)
    #expect(try table.insert("a", for: 3) == nil)
  }

  @Test("live rows are those that are not over, in order")
  func knowsLiveRows() throws {
    var table = table()
    for row in ["a", "b", "c"] { _ = try table.insert(row, for: 1) }
    _ = table.commit(1)
    try table.update(2, for: 2) { $0 = "b over" }
    #expect(table.rows(for: 3).map(\.row) == ["a", "b", "c"])
    _ = table.commit(2)
    #expect(table.rows(for: 3).map(\.row) == ["a", "c"])
    table.restore(2, to: "b")
    #expect(table.rows(for: 3).map(\.row) == ["a", "b", "c"])
  }
}
