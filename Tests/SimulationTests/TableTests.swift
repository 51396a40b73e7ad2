import Kernel
import Postgres
import Testing

@testable import SimulationKit

@Suite("Table of the simulated store")
struct TableTests {
  private struct Line: TableRow, Equatable {
    var account: Int64 = 1
    var text: String
  }

  private func table() -> Table<Line> {
    Table(
      key: { $0.text.first.map(String.init) }, isLive: { !$0.text.hasSuffix("over") })
  }

  private func frame(_ transaction: TransactionID) -> Frame {
    Frame(
      transaction: transaction, scope: .account(AccountID(1)), now: Instant(microseconds: 0))
  }

  @Test("what a transaction changes is seen by itself, and by others once it commits")
  func isolates() throws {
    var table = table()
    let id = try #require(try table.insert(Line(text: "a"), for: frame(1)))
    #expect(table.row(id, for: frame(1))?.text == "a")
    #expect(table.row(id, for: frame(2)) == nil)
    #expect(table.commit(1).map(\.new.text) == ["a"])
    #expect(table.row(id, for: frame(2))?.text == "a")
  }

  @Test("a row that another transaction changes is waited for")
  func locks() throws {
    var table = table()
    let id = try #require(try table.insert(Line(text: "a"), for: frame(1)))
    _ = table.commit(1)
    try table.update(id, for: frame(2)) { $0.text = "a2" }
    #expect(throws: Blocked.self) { try table.lock(id, for: frame(3)) }
    #expect(table.row(id, for: frame(3))?.text == "a")
    table.rollBack(2)
    #expect(try table.lock(id, for: frame(3))?.text == "a")
  }

  @Test("of two rows with one key the second waits for the first, and is refused or not")
  func keepsKeys() throws {
    var table = table()
    _ = try table.insert(Line(text: "a"), for: frame(1))
    #expect(throws: Blocked.self) { try table.insert(Line(text: "a"), for: frame(2)) }
    table.rollBack(1)
    #expect(try table.insert(Line(text: "a"), for: frame(2)) != nil)
    _ = table.commit(2)
    #expect(try table.insert(Line(text: "a"), for: frame(3)) == nil)
  }

  @Test("live rows are those that are not over, in order")
  func knowsLiveRows() throws {
    var table = table()
    for text in ["a", "b", "c"] { _ = try table.insert(Line(text: text), for: frame(1)) }
    _ = table.commit(1)
    try table.update(2, for: frame(2)) { $0.text = "b over" }
    #expect(table.rows(for: frame(3)).map(\.row.text) == ["a", "b", "c"])
    _ = table.commit(2)
    #expect(table.rows(for: frame(3)).map(\.row.text) == ["a", "c"])
    table.restore(2, to: Line(text: "b"))
    #expect(table.rows(for: frame(3)).map(\.row.text) == ["a", "b", "c"])
  }

  @Test("rows of other accounts are not there")
  func keepsAccountsApart() throws {
    var table = table()
    let id = try #require(try table.insert(Line(account: 2, text: "a"), for: frame(1)))
    _ = table.commit(1)
    #expect(table.row(id, for: frame(2)) == nil)
    #expect(table.find("a", for: frame(2)) == nil)
    #expect(table.rows(for: frame(2)).isEmpty)
    let all = Frame(transaction: 2, scope: .allAccounts, now: Instant(microseconds: 0))
    #expect(table.rows(for: all).map(\.id) == [id])
  }
}
