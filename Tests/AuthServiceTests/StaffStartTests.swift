import AuthContract
import Cryptography
import Kernel
import RPC
import RPCTestKit
import Settings
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Staff after a start", .inTurn, .timeLimit(.minutes(10)))
struct StaffStartTests {
  /// A further process with settings of its own.
  private func process(
    _ world: AuthWorld, _ change: (inout AuthSettings) -> Void
  ) throws -> AuthService {
    var settings = world.settings
    change(&settings)
    return try AuthService(
      settings: settings, database: world.database,
      billing: InProcessTransport(world.billing.routes), mailer: world.mailer, time: world.time,
      log: quietLog)
  }

  /// Starts a process and signs in as soon as it says that it has looked.
  private func start(
    _ world: AuthWorld, password: String, as name: String = "staff@igny8.example"
  ) async throws -> Auth.Session {
    let service = try process(world) {
      // Takes as long as in earnest.
      $0.passwordStrength = .strong
      $0.staffPassword = .init(password)
    }
    let (looked, out) = AsyncStream<Void>.makeStream()
    async let made: Void = service.ensureStaff { out.finish() }
    for await _ in looked {}
    let session = try await AuthClient(InProcessTransport(service.routes)).login(
      .init(email: name, password: password), world.anonymous)
    try await made
    return session
  }

  @Test("who signs in before the account is made, or has its new password, is let in all the same")
  func atOnce() async throws {
    let world = try await AuthWorld.make()
    let first = try await start(world, password: "staff-password-1")
    #expect(first.user?.role == "developer")
    let second = try await start(world, password: "staff-password-2", as: "Staff")
    #expect(second.user?.id == first.user?.id)
    let old = try await refusal { try await world.login("staff@igny8.example", "staff-password-1") }
    #expect(old?.code == .unauthenticated)
    #expect(try await world.number("SELECT count(*) FROM users") == 1)
  }

  @Test("another address in the settings is another developer of the same account")
  func another() async throws {
    let world = try await AuthWorld.make()
    try await world.service.ensureStaff()
    let second = try process(world) { $0.staffEmail = "second@igny8.example" }
    for _ in 1...2 { try await second.ensureStaff() }
    let users = [
      try await world.login("staff@igny8.example", "staff-password-1").user,
      try await world.login("second@igny8.example", "staff-password-1").user,
    ]
    #expect(users.map { $0?.role } == ["developer", "developer"])
    #expect(users.map { $0?.account?.slug } == ["aws-admin", "aws-admin"])
    #expect(try await world.number("SELECT count(*) FROM accounts") == 1)
  }

  @Test("nobody who comes before staff gets the platform's account")
  func impostor() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register(name: "AWS Admin")
    #expect(session.user?.account?.slug == "aws-admin-2")
    try await world.service.ensureStaff()
    let staff = try await world.login("staff@igny8.example", "staff-password-1")
    #expect(staff.user?.account?.slug == "aws-admin")
  }

  @Test("the last developer is neither deposed nor disabled; one of two may be")
  func lastDeveloper() async throws {
    let world = try await AuthWorld.make()
    try await world.service.ensureStaff()
    let staff = try await world.login("staff@igny8.example", "staff-password-1")
    let (id, account) = (try #require(staff.user?.id), try #require(staff.user?.accountID))
    let call = world.call(by: staff)
    // An owner besides does not help: nobody can make a developer of one.
    _ = try await world.tenancy.createUser(
      .init(email: "owner@igny8.example", role: "owner", password: AuthWorld.password), call)
    for change in [
      Auth.UpdateUserRequest(id: id, role: "owner"), .init(id: id, isActive: false),
    ] {
      let error = try await refusal { try await world.tenancy.updateUser(change, call) }
      #expect(error?.details.reason == "last_developer")
    }
    _ = try await world.tenancy.updateUser(.init(id: id, firstName: "Ada"), call)
    try await world.test.administer(
      """
      INSERT INTO auth.users
        (account_id, email, username, password_hash, role, created_at, updated_at)
      VALUES (\(account), 'b@igny8.example', 'b', '', 'developer', now(), now())
      """)
    _ = try await world.tenancy.updateUser(.init(id: id, role: "owner"), call)
  }

  @Test("somebody who has the address of staff already is not made staff, and that is said")
  func taken() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register("staff@igny8.example")
    let error = try await refusal { try await world.service.ensureStaff() }
    #expect(error?.code == .failedPrecondition)
    #expect(try await world.login("staff@igny8.example", AuthWorld.password).user?.role == "owner")
  }

  @Test("an address of staff that is none is said to be, and nothing was looked for")
  func wrong() async throws {
    let world = try await AuthWorld.make()
    let service = try process(world) { $0.staffEmail = "staff" }
    let looked = Mutex(false)
    let error = try await refusal {
      try await service.ensureStaff { looked.withLock { $0 = true } }
    }
    #expect(error?.code == .invalidArgument)
    #expect(looked.withLock { !$0 })
  }
}
