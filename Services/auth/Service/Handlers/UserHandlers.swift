import AuthContract
import AuthCore
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// The signed-in user, and the users of an account.
struct UserHandlers: Sendable {
  let users: Users
  let limits: PlanLimits
  let invitations: Invitations

  private var database: Database { users.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(AuthMethods.getMe, me)
    routes.answer(AuthMethods.updateMe, updateMe)
    routes.answer(TenancyMethods.listUsers) { try await list($0, $1) }
    routes.answer(AccountsMethods.listAllUsers) { try await list($0, $1) }
    routes.answer(TenancyMethods.getUser, get)
    routes.answer(TenancyMethods.createUser, on: .pool, create)
    routes.answer(TenancyMethods.updateUser, update)
    routes.answer(TenancyMethods.deleteUser, delete)
  }

  // MARK: Oneself

  private func me(_ request: Common.Empty, _ call: IncomingCall) async throws -> Auth.User {
    await users.shown(try await users.find(try Self.caller(call).value, call), call)
  }

  private func updateMe(
    _ request: Auth.UpdateMeRequest, _ call: IncomingCall
  ) async throws -> Auth.User {
    let user = try await users.find(try Self.caller(call).value, call)
    try await store(
      user, role: nil, request.firstName, request.lastName, given(request.username),
      isActive: nil, call)
    return try await me(Common.Empty(), call)
  }

  private static func caller(_ call: IncomingCall) throws -> UserID {
    guard let user = call.context.user else {
      throw RPCError(.permissionDenied, "This needs a user", reason: "no_user")
    }
    return user
  }

  private func store(
    _ user: StoredUser, role: Role?, _ firstName: String?, _ lastName: String?,
    _ username: String?, isActive: Bool?, _ call: IncomingCall
  ) async throws {
    _ = try await database.run(
      UserQueries.update,
      [
        .id(user.account.id), .id(user.id), .text(role?.rawValue), .text(firstName),
        .text(lastName), .text(username), .bool(isActive), .instant(users.time.now()),
      ], in: .account(user.account.id), deadline: call.deadline)
  }

  // MARK: Reading

  /// - Parameter own: platform staff sees the own account too and no other.
  func list(
    _ request: Auth.ListUsersRequest, _ call: IncomingCall, own: Bool = false
  ) async throws -> Auth.ListUsersReply {
    let page = try ListPage(
      request.page, size: request.pageSize, ordering: request.ordering, cursor: request.cursor,
      UserQueries.orders, default: "-id")
    let (scope, account) = try own ? Users.own(call) : Users.reach(call)
    let filter: [SQLValue] = [
      account, .text(request.role), .bool(request.isActive),
      .containing(request.search),
    ]
    let found = try await page.read(
      counted: UserQueries.count, listed: UserQueries.list(page.order), filter, on: database,
      in: scope, call.deadline)
    let listed = try found.rows.map { try StoredUser(row: $0) }
    return Auth.ListUsersReply(
      count: found.count, results: await users.shown(listed, call), nextCursor: found.next)
  }

  private func get(_ request: Common.IdRequest, _ call: IncomingCall) async throws -> Auth.User {
    await users.shown(try await users.find(request.id, call), call)
  }

  // MARK: Changing

  func create(
    _ request: Auth.CreateUserRequest, _ call: IncomingCall
  ) async throws -> Auth.User {
    let account = try call.requireAccount()
    let credentials = try request.password.map {
      try Credentials(email: request.email, password: $0)
    }
    let email = try credentials?.email ?? EmailAddress(given: request.email)
    let role = try Self.role(request.role, by: call)
    try await limits.learn(account, call)
    let hash = if let credentials { try await users.hashing.hash(credentials.password) } else { "" }
    let now = users.time.now()
    let values: [SQLValue] = [
      .id(account), .text(email.text), .text(given(request.username) ?? email.localPart),
      .text(given(request.firstName) ?? ""), .text(given(request.lastName) ?? ""), .text(hash),
      .text(role.rawValue), .instant(now),
    ]
    do {
      let id = try await database.transaction(in: .account(account), deadline: call.deadline) {
        try await limits.require(room: .users, of: account, in: $0)
        let id = UserID(try await $0.run(UserQueries.insert, values).one().int(0))
        try await Self.grant(request.siteIDs, to: id, of: account, at: now, in: $0)
        let entry = AuditEntry(
          action: "user.created", account: account, objectType: "user", objectID: id.value,
          after: ["email": .string(email.text), "role": .string(role.rawValue)])
        _ = try await $0.runAll([entry.command(call, at: now)])
        if hash.isEmpty {
          let offer = Invitations.Offer(email: email.text, role: role, user: id)
          _ = try await invitations.add(offer, to: account, call, in: $0)
        }
        return id
      }
      invitations.postbox.messagesWaiting()
      return await users.shown(try await users.find(id.value, call), call)
    } catch let error as PostgresError where error.isUniqueViolation(of: "users_email") {
      throw RPCError.emailTaken
    } catch let error as PostgresError where error.isUniqueViolation(of: "invitations_pending") {
      throw conflict("email", "An invitation for this email is pending")
    }
  }

  private static func grant(
    _ sites: [Int64], to user: UserID, of account: AccountID, at now: Instant,
    in transaction: Transaction
  ) async throws {
    guard !sites.isEmpty else { return }
    let granted = try await transaction.run(
      UserQueries.grantSites, [.id(account), .id(user), .ints(sites), .instant(now)])
    guard granted.rowsAffected == Set(sites).count else {
      throw RPCError(field: "site_ids", "Site must belong to your account")
    }
  }

  static func role(_ text: String?, by call: IncomingCall) throws -> Role {
    guard let text = given(text) else { throw RPCError(required: "role") }
    guard let role = Role(rawValue: text), Authority.assignable.contains(role) else {
      throw RPCError(field: "role", "Invalid role")
    }
    guard Authority.mayManage(call.context.role, role) else {
      throw RPCError(.permissionDenied, "Permission denied", reason: "role")
    }
    return role
  }

  func update(
    _ request: Auth.UpdateUserRequest, _ call: IncomingCall
  ) async throws -> Auth.User {
    let role = try request.role.map { try Self.role($0, by: call) }
    let account = try await manageable(request.id, call).account.id
    let now = users.time.now()
    try await database.transaction(in: .account(account), deadline: call.deadline) {
      let row = try await $0.run(UserQueries.lock, [.int(request.id)]).first
      guard let user = try row.map({ try StoredUser(row: $0) }) else { throw RPCError.missing }
      try Self.requireMayManage(user, call)
      let staysActive = request.isActive ?? user.isActive
      try await Self.keepTheLast(user, as: staysActive ? role ?? user.role : nil, in: $0)
      var commands: [(Statement, [SQLValue])] = [
        (
          UserQueries.update,
          [
            .id(account), .id(user.id), .text(role?.rawValue), .text(request.firstName),
            .text(request.lastName), .text(given(request.username)), .bool(request.isActive),
            .instant(now),
          ]
        ),
        Self.changed(user, role, request.isActive).command(call, at: now),
      ]
      if request.isActive == false {
        commands.append((TokenQueries.revokeUser, [.id(account), .id(user.id), .instant(now)]))
      }
      _ = try await $0.runAll(commands)
    }
    return await users.shown(try await users.find(request.id, call), call)
  }

  private static func changed(
    _ user: StoredUser, _ role: Role?, _ isActive: Bool?
  ) -> AuditEntry {
    AuditEntry(
      action: "user.updated", account: user.account.id, objectType: "user",
      objectID: user.id.value,
      before: ["role": .string(user.role.rawValue), "is_active": .bool(user.isActive)],
      after: [
        "role": .string((role ?? user.role).rawValue),
        "is_active": .bool(isActive ?? user.isActive),
      ])
  }

  /// A user within reach whom the caller may manage.
  private func manageable(_ id: Int64, _ call: IncomingCall) async throws -> StoredUser {
    let user = try await users.find(id, call)
    try Self.requireMayManage(user, call)
    return user
  }

  private static func requireMayManage(_ user: StoredUser, _ call: IncomingCall) throws {
    guard Authority.mayManage(call.context.role, user.role) else {
      throw RPCError(.permissionDenied, "Permission denied", reason: "role")
    }
  }

  /// An account is never left without somebody who may do everything in it, nor the platform
  /// without staff, which nobody could appoint.
  /// - Parameter role: what the user is to be; nil for one who is to be nothing.
  private static func keepTheLast(
    _ user: StoredUser, as role: Role?, in transaction: Transaction
  ) async throws {
    guard user.isActive, user.role >= .owner else { return }
    let (peers, refusal): ([Role], RPCError) =
      user.role == .developer
      ? ([.developer], .lastDeveloper) : ([.owner, .developer], .lastOwner)
    if let role, peers.contains(role) { return }
    let others = try await transaction.run(
      UserQueries.others, [.id(user.account.id), .id(user.id), .texts(peers.map(\.rawValue))])
    guard !others.isEmpty else { throw refusal }
  }

  func delete(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    let found = try await manageable(request.id, call)
    if found.id == call.context.user {
      throw RPCError(.failedPrecondition, "Nobody can delete themselves", reason: "self")
    }
    let now = users.time.now()
    try await database.transaction(in: .account(found.account.id), deadline: call.deadline) {
      let row = try await $0.run(UserQueries.lock, [.id(found.id)]).first
      guard let user = try row.map({ try StoredUser(row: $0) }) else { throw RPCError.missing }
      try Self.requireMayManage(user, call)
      try await Self.keepTheLast(user, as: nil, in: $0)
      let entry = AuditEntry(
        action: "user.deleted", account: user.account.id, objectType: "user",
        objectID: user.id.value,
        before: ["email": .string(user.email), "role": .string(user.role.rawValue)])
      _ = try await $0.runAll([
        (UserQueries.delete, [.id(user.account.id), .id(user.id)]),
        entry.command(call, at: now),
      ])
    }
    return Common.Empty()
  }
}

extension RPCError {
  fileprivate static let lastOwner = RPCError(
    .failedPrecondition, "The account needs at least one active owner", reason: "last_owner")
  fileprivate static let lastDeveloper = RPCError(
    .failedPrecondition, "The platform needs at least one active developer",
    reason: "last_developer")
}
