import BillingCore
import Kernel
import Testing

@Suite("The hash chain")
struct ChainTests {
  private func spent() throws -> World {
    var world = World(credits: 100)
    for number in 1...4 {
      _ = try world.authorize(10, key: "\(number)").get()
      _ = try world.capture("\(number)").get()
    }
    return world
  }

  private func copy(
    _ entry: Entry, seq: Int64? = nil, kind: EntryKind? = nil, amount: Credits? = nil,
    balanceAfter: Credits? = nil, description: String? = nil, reference: String? = nil,
    key: String?? = nil, hold: HoldID?? = nil, movements: [LotShare]? = nil,
    metadata: String? = nil, at: Instant? = nil
  ) -> Entry {
    Entry(
      seq: seq ?? entry.seq, kind: kind ?? entry.kind, amount: amount ?? entry.amount,
      balanceAfter: balanceAfter ?? entry.balanceAfter,
      description: description ?? entry.description, reference: reference ?? entry.reference,
      key: key ?? entry.key, hold: hold ?? entry.hold, movements: movements ?? entry.movements,
      metadata: metadata ?? entry.metadata, at: at ?? entry.at)
  }

  @Test("a ledger that nobody touched has no fault")
  func clean() throws {
    let world = try spent()
    #expect(world.entries.count == 5)
    #expect(world.faults.isEmpty)
  }

  @Test("a change of any field of an entry shows")
  func everyField() throws {
    let world = try spent()
    let entry = world.entries[2]
    let changed = [
      copy(entry, seq: 9), copy(entry, kind: .refund), copy(entry, amount: Credits(-9)),
      copy(entry, balanceAfter: Credits(81)), copy(entry, description: "x"),
      copy(entry, reference: "x"), copy(entry, key: .some(nil)), copy(entry, hold: .some(nil)),
      copy(entry, movements: [LotShare(lot: LotID(2), credits: Credits(-10))]),
      copy(entry, metadata: "{ }"), copy(entry, at: after(1)),
    ]
    for other in changed {
      var tampered = world
      tampered.entries[2] = other
      #expect(tampered.faults.contains { $0.rule == .chainHash && $0.seq == other.seq })
    }
  }

  @Test("an entry taken out shows as a gap")
  func gap() throws {
    var world = try spent()
    world.entries.remove(at: 2)
    world.hashes.remove(at: 2)
    let rules = Set(world.faults.map(\.rule))
    #expect(rules.isSuperset(of: [.chainGap, .chainHash, .chainHead, .balanceSum]))
  }

  @Test("an entry hashed anew after a change breaks the one behind it")
  func rehashed() throws {
    var world = try spent()
    world.entries[1] = copy(world.entries[1], description: "x")
    world.hashes[1] = fold(
      Chain.link(world.entries[1], of: world.account, after: world.hashes[0]))
    #expect(world.faults.map(\.seq) == [3])
  }

  @Test("a chain cut at its end does not reach the account's head")
  func cut() throws {
    let world = try spent()
    var walk = ChainWalk(account: world.account)
    for (entry, hash) in zip(world.entries, world.hashes).dropLast() {
      walk.visit(entry, hash: hash, sha256: fold)
    }
    walk.end(atSeq: 5, hash: world.hashes[4])
    #expect(walk.faults.map(\.rule) == [.chainHead])
  }

  @Test("the same entry of another account has another hash")
  func otherAccount() throws {
    let entry = try spent().entries[0]
    let mine = Chain.link(entry, of: AccountID(7), after: Chain.origin)
    #expect(mine != Chain.link(entry, of: AccountID(8), after: Chain.origin))
    #expect(mine == Chain.link(entry, of: AccountID(7), after: Chain.origin))
  }

  @Test("text cannot slide from one field into the next")
  func boundaries() throws {
    let entry = try spent().entries[0]
    let left = copy(entry, description: "ab", reference: "c")
    let right = copy(entry, description: "a", reference: "bc")
    #expect(
      Chain.link(left, of: AccountID(7), after: Chain.origin)
        != Chain.link(right, of: AccountID(7), after: Chain.origin))
  }

  @Test("every sum that is off is found by its own rule")
  func figures() {
    let changes: [(LedgerRule, (inout LedgerFigures) -> Void)] = [
      (.balanceSum, { $0.amounts = Credits(1) }),
      (.reservedSum, { $0.openHolds = Credits(1) }),
      (.lotsFree, { $0.freeInLots = Credits(1) }),
      (.lotMovements, { $0.lotsThatDiffer = [1] }),
      (.lotHeld, { $0.lotsHeldOtherwise = [1] }),
      (.deductionUsage, { $0.deductionsAmiss = [1] }),
      (.holdCaptured, { $0.capturesAmiss = [1] }),
    ]
    #expect(LedgerFigures().faults.isEmpty)
    for (rule, change) in changes {
      var figures = LedgerFigures()
      change(&figures)
      #expect(figures.faults.map(\.rule) == [rule])
    }
  }

  @Test("a message names the rows that are wrong, the first twenty of many")
  func names() {
    var figures = LedgerFigures()
    figures.lotsThatDiffer = [3, 8]
    figures.capturesAmiss = Array(1...25)
    let messages = figures.faults.map(\.message)
    #expect(messages[0] == "lot 3, 8: holds something else than the entries left in it")
    #expect(messages[1].hasPrefix("hold 1, 2, 3, "))
    #expect(messages[1].contains("19, 20 and more, 25 in all: "))
  }

  @Test("a balance below zero and more promised than there is are faults")
  func negative() {
    var figures = LedgerFigures()
    (figures.balance, figures.amounts) = (Credits(-1), Credits(-1))
    figures.freeInLots = Credits(-1)
    #expect(figures.faults.map(\.rule) == [.balanceNegative, .availableNegative])
  }
}
