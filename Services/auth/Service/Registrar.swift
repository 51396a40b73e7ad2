import AuthContract
import AuthCore
import Events
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Makes accounts with their first user.
struct Registrar: Sendable {
  let database: Database
  let hashing: PasswordHashing
  let credits: CreditAccounts
  let tokens: MailTokens
  let time: any TimeSource
  let messagesWaiting: @Sendable () -> Void

  /// Whom to make an account for.
  struct Applicant: Sendable {
    var email: String
    var passwordHash: String
    var username: String
    var firstName = ""
    var lastName = ""
    var role: Role
    var accountName: String
    var accountSlug: String
    var plan = ""
    /// The plan is not one on offer.
    var hasInternalPlan = false
  }

  /// The account, its owner and the promise of its credits in one transaction.
  /// - Throws: `.alreadyExists` when the email is taken.
  func make(
    _ applicant: Applicant, audit call: IncomingCall, deadline: Deadline?
  ) async throws -> StoredUser {
    do {
      let user = try await database.transaction(in: .allAccounts, deadline: deadline) {
        try await insert(applicant, call, in: $0)
      }
      messagesWaiting()
      return user
    } catch let error as PostgresError where error.isUniqueViolation(of: "users_email") {
      throw RPCError.emailTaken
    }
  }

  private func insert(
    _ applicant: Applicant, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> StoredUser {
    let now = time.now()
    let account = try await insertAccount(applicant, at: now, in: transaction)
    let user = try await insertUser(applicant, to: account, at: now, in: transaction)
    let entry = AuditEntry(
      action: "account.registered", account: account, user: user, objectType: "account",
      objectID: account.value)
    transaction.runLater([entry.command(call, at: now)])
    try tokens.verification(of: applicant.email, for: user, of: account, at: now, in: transaction)
    return try StoredUser(row: await transaction.run(UserQueries.byID, [.id(user)]).one())
  }

  private func insertUser(
    _ applicant: Applicant, to account: AccountID, at now: Instant, in transaction: Transaction
  ) async throws -> UserID {
    let row = try await transaction.run(
      UserQueries.insert,
      [
        .id(account), .text(applicant.email), .text(applicant.username),
        .text(applicant.firstName), .text(applicant.lastName), .text(applicant.passwordHash),
        .text(applicant.role.rawValue), .instant(now),
      ]
    ).one()
    return UserID(try row.int(0))
  }

  /// Two who want the same slug at once get different ones, and nobody but staff the platform's.
  private func insertAccount(
    _ applicant: Applicant, at now: Instant, in transaction: Transaction
  ) async throws -> AccountID {
    let wanted = applicant.accountSlug
    let reserved: Set = applicant.role == .developer ? [] : [PlatformAccount.slug]
    _ = try await transaction.run(AccountQueries.lockSlug, [.text(wanted)])
    // Another name may still lead to the same slug: `shop 2` and the second `shop`.
    for _ in 1...5 {
      let taken = try await transaction.run(
        AccountQueries.takenSlugs, [.text(wanted), .text(Slug.stem(of: wanted))])
      let slug = Slug.free(wanted, taken: reserved.union(try taken.map { try $0.text(0) }))
      let rows = try await transaction.run(
        AccountQueries.insert, [.text(applicant.accountName), .text(slug), .instant(now)])
      guard let row = rows.first else { continue }
      let account = try StoredAccount(row: row).id
      Outbox.add(
        CreditAccounts.opening(
          account, plan: applicant.plan, isInternal: applicant.hasInternalPlan), in: transaction)
      return account
    }
    throw RPCError(.aborted, "Two changes met; try again", reason: "conflict")
  }
}

extension Registrar {
  /// The platform's account with a developer; the password is what the settings say, also when it
  /// was changed there.
  /// - Parameter looked: called once it is known whether there is one.
  func ensureStaff(
    email: String, password: String, _ looked: @Sendable () -> Void
  ) async throws {
    guard let address = EmailAddress(email) else {
      throw RPCError(.invalidArgument, "IGNY8_STAFF_EMAIL is no email address")
    }
    let found = try await database.run(
      UserQueries.byEmail, [.text(address.text)], in: .allAccounts)
    looked()
    if let row = found.first { return try await refresh(StoredUser(row: row), password) }
    let applicant = Applicant(
      email: address.text, passwordHash: try await hashing.hash(password),
      username: address.localPart, role: .developer, accountName: PlatformAccount.name,
      accountSlug: PlatformAccount.slug, plan: PlatformAccount.plan, hasInternalPlan: true)
    do {
      try await database.transaction(in: .allAccounts) { try await appoint(applicant, in: $0) }
      messagesWaiting()
    } catch let error as PostgresError where error.isUniqueViolation(of: "users_email") {
      // Another process was faster.
    }
  }

  /// Adds a developer to the platform's account, which is made with the first one.
  private func appoint(_ applicant: Applicant, in transaction: Transaction) async throws {
    let now = time.now()
    _ = try await transaction.run(AccountQueries.lockSlug, [.text(applicant.accountSlug)])
    let known = try await transaction.run(AccountQueries.bySlug, [.text(applicant.accountSlug)])
    let account =
      if let row = known.first { try StoredAccount(row: row).id } else {
        try await insertAccount(applicant, at: now, in: transaction)
      }
    let user = try await insertUser(applicant, to: account, at: now, in: transaction)
    transaction.runLater([(UserQueries.emailVerified, [.id(account), .id(user), .instant(now)])])
  }

  /// Brings the password of a developer who is there up to date.
  private func refresh(_ user: StoredUser, _ password: String) async throws {
    guard user.role == .developer else {
      throw RPCError(
        .failedPrecondition, "IGNY8_STAFF_EMAIL is the address of a user who is no developer")
    }
    if try await hashing.verify(password, against: user.passwordHash) { return }
    let hash = try await hashing.hash(password)
    _ = try await database.run(
      UserQueries.setPassword,
      [.id(user.account.id), .id(user.id), .text(hash), .instant(time.now())],
      in: .account(user.account.id))
  }
}
