import CommonContract
import Kernel
import PlannerContract
import Postgres
import RPC
import Resources
import Synchronization
import TestKit
import TestTraits
import Testing

@Suite("changing a resource", .inTurn, .timeLimit(.minutes(10)))
struct ChangeTests {
  private typealias Create = Planner.CreateKeywordRequest
  private typealias Update = Planner.UpdateKeywordRequest

  @Test("a new row is answered as it is stored, with its defaults")
  func create() async throws {
    let world = try await World.make()
    let made = try await world.create(Create(keyword: "kaffee", siteID: 1, sectorID: 10))
    #expect(made.status == "active")
    #expect(made.volume == 0)
    #expect(made.intent == "informational")
    #expect(made.accountID == 7)
    #expect(made.createdAt == world.time.now())
    #expect(try await world.get(made.id) == made)
  }

  @Test("every wrong field is named with its reason")
  func wrong() async throws {
    let world = try await World.make()
    let refusal = await refusal {
      try await world.create(
        Create(
          keyword: "a text that is too long", sectorID: 1, volume: -1, difficulty: 101,
          intent: "strange", status: "odd"))
    }
    #expect(refusal?.code == .invalidArgument)
    #expect(refusal?.message == "Validation failed")
    #expect(refusal?["keyword"] == ["Ensure this field has no more than 20 characters"])
    #expect(refusal?["site_id"] == ["This field is required"])
    #expect(refusal?["volume"] == ["Ensure this value is greater than or equal to 0"])
    #expect(refusal?["difficulty"] == ["Ensure this value is less than or equal to 100"])
    #expect(refusal?["intent"] == ["Invalid intent"])
    #expect(refusal?["status"] == ["Invalid status value"])
    #expect(refusal?.details.fields.count == 6)
    #expect(try await world.list().count == 0)
  }

  @Test("lengths count characters, not bytes")
  func length() async throws {
    let world = try await World.make()
    let text = String(repeating: "☕", count: 20)
    #expect(try await world.get(world.add(text)).keyword == text)
  }

  @Test("blank is no text where one is required")
  func blank() async throws {
    let world = try await World.make()
    let refusal = await refusal { try await world.add("  ") }
    #expect(refusal?["keyword"] == ["This field is required"])
  }

  @Test("another word for a status is stored as the status")
  func alias() async throws {
    let world = try await World.make()
    #expect(try await world.get(world.add("a", status: "pending")).status == "active")
  }

  @Test("the same twice is a conflict, with the declared sentence")
  func unique() async throws {
    let world = try await World.make()
    try await world.add("a")
    let refusal = await refusal { try await world.add("a") }
    #expect(refusal?.code == .alreadyExists)
    #expect(refusal?.message == "This keyword is already in the sector")
    #expect(refusal?["keyword"] == ["This keyword is already in the sector"])
  }

  @Test("what another constraint refuses is a wrong field")
  func constraints() async throws {
    let world = try await World.make()
    let cluster = await refusal { try await world.add("a", cluster: 999) }
    #expect(cluster?.code == .invalidArgument)
    #expect(cluster?["cluster_id"] == ["Invalid cluster"])
    let volume = await refusal { try await world.add("a", volume: 666) }
    #expect(volume?["volume"] == ["Not this number"])
    let theirs = try await world.addCluster("theirs", of: other)
    let foreign = await refusal { try await world.add("a", cluster: theirs) }
    #expect(foreign?["cluster_id"] == ["Invalid cluster"])
  }

  @Test("an update changes what it carries and nothing else")
  func update() async throws {
    let world = try await World.make()
    let id = try await world.add("a", volume: 5, difficulty: 7)
    let before = try await world.get(id)
    world.time.advance(by: .seconds(60))
    var expected = before
    expected.volume = 6
    expected.updatedAt = world.time.now()
    #expect(try await world.update(Update(id: id, volume: 6)) == expected)
    #expect(try await world.get(id) == expected)
  }

  @Test("zero is a value to set")
  func zero() async throws {
    let world = try await World.make()
    let id = try await world.add("a", volume: 5)
    #expect(try await world.update(Update(id: id, volume: 0)).volume == 0)
  }

  @Test("null empties what may be empty")
  func cleared() async throws {
    let world = try await World.make()
    let cluster = try await world.addCluster("A")
    let id = try await world.add("a", volume: 5, cluster: cluster)
    let item = try await world.update(Update(id: id, cleared: ["cluster_id", "volume"]))
    #expect(item.clusterID == nil)
    #expect(item.volume == 0)
    let required = await refusal { try await world.update(Update(id: id, cleared: ["keyword"])) }
    #expect(required?["keyword"] == ["This field is required"])
    let never = await refusal {
      try await world.update(Update(id: id, cleared: ["difficulty"]))
    }
    #expect(never?["difficulty"] == ["This field may not be null"])
  }

  @Test("an update without fields answers the row as it is")
  func nothing() async throws {
    let world = try await World.make()
    let id = try await world.add("a")
    let before = try await world.get(id)
    world.time.advance(by: .seconds(60))
    #expect(try await world.update(Update(id: id)) == before)
  }

  @Test("what does not exist and what is out of reach are not found alike")
  func missing() async throws {
    let world = try await World.make()
    let theirs = try await world.add("theirs", world.call(as: other))
    let elsewhere = try await world.add("elsewhere", site: 2)
    let editor = world.call(role: .editor, sites: [1])
    for (id, call) in [(999, world.call()), (theirs, world.call()), (elsewhere, editor)] {
      let answers = [
        await refusal { try await world.get(id, call) },
        await refusal { try await world.update(Update(id: id, volume: 1), call) },
        await refusal { try await world.update(Update(id: id), call) },
        await refusal { try await world.delete(id, call) },
      ]
      for answer in answers {
        #expect(answer == RPCError(.notFound, "Resource not found"))
      }
    }
    #expect(try await world.get(elsewhere).volume == 0)
    #expect(try await world.list(.init(), world.call(as: other)).count == 1)
  }

  @Test("nobody puts a row into a site that is not granted")
  func foreignSite() async throws {
    let world = try await World.make()
    let editor = world.call(role: .editor, sites: [1])
    let refusal = await refusal { try await world.add("a", site: 2, editor) }
    #expect(refusal?["site_id"] == ["Site must belong to your account"])
    try await world.add("a", site: 1, editor)
  }

  @Test("a deleted row is gone")
  func delete() async throws {
    let world = try await World.make()
    let id = try await world.add("a")
    try await world.delete(id)
    #expect(await refusal { try await world.delete(id) }?.code == .notFound)
    #expect(try await world.list().count == 0)
  }

  @Test("bulk changes touch the rows within reach and say which")
  func bulk() async throws {
    let world = try await World.make()
    let a = try await world.add("a", site: 1)
    let b = try await world.add("b", site: 2)
    let theirs = try await world.add("c", world.call(as: other))
    let editor = world.call(role: .editor, sites: [1])

    let updated = try await world.bulkUpdate([a, b, theirs, 999], status: "archived", editor)
    #expect(updated.count == 1)
    #expect(updated.ids == [a])
    #expect(try await world.get(b).status == "active")

    let deleted = try await world.bulkDelete([b, theirs])
    #expect(deleted.ids == [b])
    #expect(try await world.texts() == ["a"])
    #expect(try await world.list(.init(), world.call(as: other)).count == 1)
  }

  @Test("a bulk change needs ids, of which a thousand at most, and right values")
  func wrongBulk() async throws {
    let world = try await World.make()
    let none = await refusal { try await world.bulkDelete([]) }
    #expect(none?["ids"] == ["This field is required"])
    let many = await refusal { try await world.bulkDelete(Array(1...1_001)) }
    #expect(many?["ids"] == ["Ensure this field has no more than 1000 elements"])
    let status = await refusal { try await world.bulkUpdate([1], status: "odd") }
    #expect(status?["status"] == ["Invalid status value"])
  }

  @Test("a call without an account is refused")
  func noAccount() async throws {
    let world = try await World.make()
    let context = CallContext(requestID: "x", actor: .service)
    let call = IncomingCall(
      context: context, deadline: Deadline(in: .seconds(300), of: RealTime()), time: RealTime())
    let refusal = await refusal { try await world.list(.init(), call) }
    #expect(refusal?.code == .permissionDenied)
  }

  // MARK: hooks

  @Test("hooks complete values, see the change in its transaction, and hear of the commit")
  func hooks() async throws {
    let heard = Mutex<[String]>([])
    var hooks = ResourceHooks()
    hooks.check = { change, values, _ in
      heard.withLock { $0.append("check \(change)") }
      if values.text("keyword") == "seed" { values["keyword"] = .text("from seed") }
    }
    hooks.before = { _, values, _, _ in
      if values["keyword"] != nil { values["difficulty"] = .int(77) }
    }
    hooks.after = { change, _, _, transaction in
      let found = try await keywords.fetch(change.ids, of: mine, in: transaction)
      heard.withLock { $0.append("after \(change) \(found.map(\.keyword))") }
    }
    hooks.committed = { heard.withLock { $0.append("committed") } }
    let world = try await World.make(hooks: hooks)
    let item = try await world.create(Create(keyword: "seed", siteID: 1, sectorID: 10))
    #expect(item.keyword == "from seed")
    #expect(item.difficulty == 77)
    try await world.delete(item.id)
    #expect(
      heard.withLock { $0 } == [
        "check create(id: 0)", "after create(id: \(item.id)) [\"from seed\"]", "committed",
        "after delete(ids: [\(item.id)]) []", "committed",
      ])
  }

  @Test("a hook that refuses after the change leaves nothing behind")
  func refusingHook() async throws {
    var hooks = ResourceHooks()
    hooks.after = { _, _, _, _ in throw RPCError(.failedPrecondition, "not now") }
    let world = try await World.make(hooks: hooks)
    #expect(await refusal { try await world.add("a") }?.message == "not now")
    #expect(try await world.list().count == 0)
  }

  @Test("two changes that wait for each other are both done, one of them at a later try")
  func deadlock() async throws {
    let lock = Statement(
      "test.cluster.lock", "SELECT 1 FROM clusters WHERE name = $1 FOR UPDATE")
    let locked = Mutex<[String]>([])
    var hooks = ResourceHooks()
    hooks.before = { _, values, _, transaction in
      let names = values.text("keyword") == "first" ? ["a", "b"] : ["b", "a"]
      _ = try await transaction.run(lock, [.text(names[0])])
      locked.withLock { $0.append(names[0]) }
      while locked.withLock({ $0.count }) < 2 { await Task.yield() }
      _ = try await transaction.run(lock, [.text(names[1])])
    }
    let world = try await World.make(hooks: hooks)
    for name in ["a", "b"] { _ = try await world.addCluster(name) }
    async let first = world.add("first")
    async let second = world.add("second")
    _ = try await (first, second)
    #expect(Set(try await world.texts()) == ["first", "second"])
    // They may meet once more: who comes again can be faster than who waits.
    #expect(locked.withLock { $0.count } > 2)
  }
}
