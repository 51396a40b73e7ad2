import AuthContract
import BillingContract
import CommonContract
import Kernel
import Mail
import Postgres
import RPC
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Inviting people", .inTurn, .timeLimit(.minutes(10)))
struct InvitationTests {
  private let email = "ed@one.example"

  private func invite(
    _ world: AuthWorld, _ call: OutgoingCall, _ email: String = "ed@one.example",
    role: String = "editor", sites: [Int64] = []
  ) async throws -> Auth.Invitation {
    try await world.identity.createInvitation(
      .init(email: email, role: role, siteIDs: sites), call)
  }

  private func accept(
    _ world: AuthWorld, _ token: String, password: String? = "battery-staple-9"
  ) async throws -> Auth.Session {
    try await world.identity.acceptInvitation(
      .init(token: token, password: password, firstName: "Ed"), world.anonymous)
  }

  @Test("who accepts sets a password, is signed in and sees the sites that were offered")
  func accept() async throws {
    let world = try await AuthWorld.make()
    let owner = world.call(by: try await world.register())
    let site = try await world.tenancy.createSite(.init(name: "Blog"), owner)
    let invitation = try await invite(world, owner, " Ed@One.example", sites: [site.id])
    #expect((invitation.email, invitation.status) == (email, "pending"))
    #expect(invitation.expiresAt == world.time.now() + .seconds(7 * 86_400))
    try await world.deliver()
    let token = try world.mailedToken(to: email)
    let weak = try await refusal { try await accept(world, token, password: "short7!") }
    #expect(weak?["password"] == ["Password must be at least 8 characters"])
    let session = try await accept(world, token)
    #expect((session.user?.role, session.user?.firstName) == ("editor", "Ed"))
    #expect(session.user?.siteIDs == [site.id])
    #expect(session.user?.emailVerified == true)
    _ = try await world.login(email, "battery-staple-9")
    let again = try await refusal { try await accept(world, token) }
    #expect(again?["token"] == ["Invalid or expired token"])
    let shown = try await world.identity.getInvitation(.init(id: invitation.id), owner)
    #expect(shown.status == "accepted")
    for action in ["invitation.created", "invitation.accepted"] {
      #expect(try await world.audited(action) == 1)
    }
  }

  @Test("a user who was made without a password is invited to set one")
  func withoutPassword() async throws {
    let world = try await AuthWorld.make()
    let owner = world.call(by: try await world.register())
    let user = try await world.tenancy.createUser(.init(email: email, role: "admin"), owner)
    for guess in ["", "battery-staple-9"] {
      #expect(try await refusal { try await world.login(email, guess) } != nil)
    }
    try await world.deliver()
    let session = try await accept(world, try world.mailedToken(to: email))
    #expect((session.user?.id, session.user?.role) == (user.id, "admin"))
    _ = try await world.login(email, "battery-staple-9")
  }

  @Test("one invitation of an email is pending at a time; a member needs none")
  func once() async throws {
    let world = try await AuthWorld.make()
    let owner = world.call(by: try await world.register())
    _ = try await invite(world, owner)
    let second = try await refusal { try await invite(world, owner) }
    #expect(second?.code == .alreadyExists)
    #expect(second?["email"] == ["An invitation for this email is pending"])
    world.time.advance(by: .seconds(7 * 86_400))
    _ = try await invite(world, owner)
    let member = try await refusal { try await invite(world, owner, "ada@lovelace.example") }
    #expect(member?["email"] == ["User with this email already exists"])
    let expired = try await world.identity.listInvitations(.init(status: "expired"), owner)
    #expect(expired.count == 0)
    let pending = try await world.identity.listInvitations(.init(status: "pending"), owner)
    #expect(pending.results.map(\.email) == [email])
  }

  @Test("the same key makes one invitation and one mail")
  func keyed() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let call = world.call(by: session, key: "k1")
    let (first, second) = (try await invite(world, call), try await invite(world, call))
    #expect(first == second)
    try await world.deliver()
    #expect(world.mailer.mails.count { $0.to == email } == 1)
  }

  @Test("another mail makes the link before it worthless, and comes at most once a minute")
  func resend() async throws {
    let world = try await AuthWorld.make()
    let owner = world.call(by: try await world.register())
    let invitation = try await invite(world, owner)
    try await world.deliver()
    let old = try world.mailedToken(to: email)
    let early = try await refusal {
      try await world.identity.resendInvitation(.init(id: invitation.id), owner)
    }
    #expect(early?.details.retryAfter == .seconds(60))
    world.time.advance(by: .seconds(8 * 86_400))
    #expect(try await refusal { try await accept(world, old) }?.code == .invalidArgument)
    let again = try await world.identity.resendInvitation(.init(id: invitation.id), owner)
    #expect(again.status == "pending")
    try await world.deliver()
    #expect(try await refusal { try await accept(world, old) }?.code == .invalidArgument)
    _ = try await accept(world, try world.mailedToken(to: email))
  }

  @Test("an invitation that is taken back opens nothing, and is not changed any more")
  func revoke() async throws {
    let world = try await AuthWorld.make()
    let owner = world.call(by: try await world.register())
    let invitation = try await invite(world, owner)
    let changed = try await world.identity.updateInvitation(
      .init(id: invitation.id, role: "viewer"), owner)
    #expect(changed.role == "viewer")
    try await world.deliver()
    for _ in 1...2 {
      _ = try await world.identity.revokeInvitation(.init(id: invitation.id), owner)
    }
    let token = try world.mailedToken(to: email)
    #expect(try await refusal { try await accept(world, token) }?.code == .invalidArgument)
    let late = try await refusal {
      try await world.identity.updateInvitation(.init(id: invitation.id, role: "admin"), owner)
    }
    #expect(late?.details.reason == "invitation_over")
    #expect(try await world.audited("invitation.revoked") == 1)
  }

  @Test("nobody offers more than they have, nor what belongs to others")
  func authority() async throws {
    let world = try await AuthWorld.make()
    let owner = world.call(by: try await world.register())
    let stranger = world.call(by: try await world.register("bob@other.example"))
    let admin = world.call(as: .admin, account: owner.context.account?.value, user: 77)
    let high = try await refusal { try await invite(world, admin, role: "owner") }
    #expect(high?.code == .permissionDenied)
    let offered = try await invite(world, owner, role: "owner")
    let raised = try await refusal {
      try await world.identity.revokeInvitation(.init(id: offered.id), admin)
    }
    #expect(raised?.code == .permissionDenied)
    for foreign in [
      try await refusal { try await world.identity.getInvitation(.init(id: offered.id), stranger) },
      try await refusal {
        try await world.identity.revokeInvitation(.init(id: offered.id), stranger)
      },
      try await refusal {
        try await world.identity.resendInvitation(.init(id: offered.id), stranger)
      },
    ] { #expect(foreign?.code == .notFound) }
    let site = try await world.tenancy.createSite(.init(name: "Blog"), stranger)
    let sites = try await refusal {
      try await invite(world, owner, "x@one.example", sites: [site.id])
    }
    #expect(sites?["site_ids"] == ["Site must belong to your account"])
  }

  @Test("a full account takes nobody in, however many accept at once")
  func limits() async throws {
    let world = try await AuthWorld.make()
    let owner = world.call(by: try await world.register())
    for number in 1...4 { _ = try await invite(world, owner, "u\(number)@one.example") }
    try await world.deliver()
    let tokens = try (1...4).map { try world.mailedToken(to: "u\($0)@one.example") }
    world.billing.state.withLock { $0.limits.maxUsers = 3 }
    let joined = await withTaskGroup(of: Bool.self) { group in
      for token in tokens { group.addTask { (try? await accept(world, token)) != nil } }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(joined == 2)
    #expect(try await world.number("SELECT count(*) FROM users") == 3)
    let more = try await refusal { try await invite(world, owner, "u5@one.example") }
    #expect(more?.details.reason == "plan_limit")
  }

  @Test("an email that became somebody's user meanwhile cannot join a second account")
  func taken() async throws {
    let world = try await AuthWorld.make()
    let owner = world.call(by: try await world.register())
    _ = try await invite(world, owner)
    try await world.deliver()
    let token = try world.mailedToken(to: email)
    _ = try await world.register(email)
    #expect(try await refusal { try await accept(world, token) }?.code == .alreadyExists)
  }
}
