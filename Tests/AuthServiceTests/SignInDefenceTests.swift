import AuthContract
import CommonContract
import Cryptography
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Against guessing", .inTurn, .timeLimit(.minutes(10)))
struct SignInDefenceTests {
  /// How many hashes a sign-in costs, and what it is told.
  private func cost(
    _ world: AuthWorld, _ email: String, _ password: String
  ) async throws -> (hashes: Int, error: RPCError?) {
    let before = await world.service.hashing.hashed
    let error = try await refusal { try await world.login(email, password) }
    return (await world.service.hashing.hashed - before, error)
  }

  @Test("known, unknown, disabled and invited: the same answer for the same number of hashes")
  func enumeration() async throws {
    let world = try await AuthWorld.make()
    let owner = world.call(by: try await world.register())
    _ = try await world.tenancy.createUser(.init(email: "new@one.example", role: "viewer"), owner)
    let gone = try await world.tenancy.createUser(
      .init(email: "gone@one.example", role: "viewer", password: AuthWorld.password), owner)
    _ = try await world.tenancy.updateUser(.init(id: gone.id, isActive: false), owner)
    for (email, password) in [
      ("ada@lovelace.example", "wrong-password-1"), ("eve@nobody.example", AuthWorld.password),
      ("new@one.example", AuthWorld.password), ("eve", AuthWorld.password),
      ("gone@one.example", AuthWorld.password),
    ] {
      let (hashes, error) = try await cost(world, email, password)
      #expect(hashes == 1, "\(email)")
      #expect(error == .invalidCredentials)
    }
  }

  @Test("behind the lock known and unknown emails are alike too, and cost nothing")
  func locked() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    for email in ["ada@lovelace.example", "eve@nobody.example"] {
      for _ in 1...5 { _ = try await refusal { try await world.login(email, "wrong") } }
      let (hashes, error) = try await cost(world, email, AuthWorld.password)
      #expect(hashes == 0)
      #expect(error == SignInFailures.refusal(.seconds(2)))
    }
  }

  @Test("the wait doubles with each failure, up to a quarter of an hour")
  func growth() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    for _ in 1...5 { _ = try await refusal { try await world.login("ada", "wrong") } }
    var waits: [Duration] = []
    for _ in 1...11 {
      let error = try await refusal { try await world.login() }
      let wait = try #require(error?.details.retryAfter)
      waits.append(wait)
      world.time.advance(by: wait)
      _ = try await refusal { try await world.login("ada@lovelace.example", "wrong") }
    }
    #expect(waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900].map { .seconds($0) })
    world.time.advance(by: .seconds(900))
    _ = try await world.login()
    #expect(try await refusal { try await world.login("ada", "wrong") } == .invalidCredentials)
  }

  @Test("thirty guesses at once tell no more than five one after the other")
  func parallel() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    let told = try await together(30) { number in
      let name = number % 2 == 0 ? "ada@lovelace.example" : "ADA"
      return try await refusal { try await world.login(name, "guess-number-\(number)") }
    }
    #expect(told.count { $0 == .invalidCredentials } == 5)
    #expect(told.count { $0?.details.reason == "locked_out" } == 25)
  }

  @Test("many right sign-ins of one user at once all succeed")
  func honest() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    let sessions = try await together(30) { _ in try await world.login() }
    #expect(Set(sessions.map(\.refresh)).count == 30)
  }

  @Test("a changed password ends a sign-in that was looking at the old one")
  func race() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let results = try await together(9) { number -> Auth.Session? in
      if number != 4 { return try? await world.login() }
      _ = try await world.identity.changePassword(
        .init(oldPassword: AuthWorld.password, newPassword: "battery-staple-9"),
        world.call(by: session))
      return nil
    }
    for session in results.compactMap(\.self) {
      #expect(try await refusal { try await world.refresh(session.refresh) } != nil)
    }
  }
}

@Suite("The line of passwords to be hashed", .inTurn, .timeLimit(.minutes(10)))
struct PasswordHashingTests {
  @Test("who finds a full line is asked to come back; who gives up makes room")
  func bounded() async throws {
    // Nobody's turn ever comes.
    let hashing = PasswordHashing(strength: .quick, atOnce: 0)
    let waiters = (0..<PasswordHashing.longestQueue).map { _ in
      Task { try await hashing.hash("word") }
    }
    // A task of the line that is full at some time: then the next one is refused at once.
    var busy: RPCError?
    while busy == nil {
      let probe = Task { try await hashing.verify("word", against: nil) }
      try await RealTime().sleep(for: .milliseconds(5))
      probe.cancel()
      do { _ = try await probe.value } catch let error as RPCError { busy = error } catch {}
    }
    #expect((busy?.code, busy?.details.reason) == (.resourceExhausted, "busy"))
    #expect(busy?.details.retryAfter == .seconds(5))
    for waiter in waiters { waiter.cancel() }
    for waiter in waiters {
      await #expect(throws: CancellationError.self) { try await waiter.value }
    }
    #expect(await hashing.hashed == 0)
  }

  @Test("everybody in the line gets a turn, and one who leaves costs nobody else's")
  func turns() async throws {
    let hashing = PasswordHashing(strength: .quick, atOnce: 1)
    let tasks = (0..<30).map { number in
      let task = Task { try await hashing.hash("word \(number)") }
      if number % 3 == 0 { task.cancel() }
      return task
    }
    for (number, task) in tasks.enumerated() where number % 3 != 0 {
      #expect(try await !task.value.isEmpty)
    }
    for task in tasks { _ = await task.result }
    #expect(try await hashing.verify("word", against: hashing.hash("word")))
  }

  @Test("of a rush of sign-ins each gets its session or is told to come back")
  func rush() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    let told = try await together(150) { _ in try await refusal { try await world.login() } }
    #expect(told.contains(nil))
    #expect(told.allSatisfy { $0 == nil || $0?.details.reason == "busy" })
    _ = try await world.login()
  }
}
