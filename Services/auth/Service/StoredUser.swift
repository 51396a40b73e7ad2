import AuthContract
import AuthCore
import BillingContract
import Kernel
import Postgres

/// An account as the table has it.
struct StoredAccount: Sendable {
  let id: AccountID
  let name: String
  let slug: String
  let status: AccountStatus
  let createdAt: Instant
  let updatedAt: Instant

  init(row: Row) throws {
    id = AccountID(try row.int("account_id"))
    name = try row.text("account_name")
    slug = try row.text("account_slug")
    status = AccountStatus(rawValue: try row.text("account_status")) ?? .suspended
    createdAt = try row.instant("account_created_at")
    updatedAt = try row.instant("account_updated_at")
  }

  func reply(_ credits: Billing.AccountSummary?) -> Auth.Account {
    Auth.Account(
      id: id.value, name: name, slug: slug, status: status.rawValue,
      credits: credits?.availableCredits ?? 0, plan: credits?.plan?.slug ?? "",
      createdAt: createdAt, updatedAt: updatedAt, pendingPlan: credits?.pendingPlan)
  }
}

/// A user with the account it belongs to.
struct StoredUser: Sendable {
  let id: UserID
  let email: String
  let username: String
  let firstName: String
  let lastName: String
  let passwordHash: String
  let role: Role
  let isActive: Bool
  let emailVerifiedAt: Instant?
  let lastLogin: Instant?
  let createdAt: Instant
  let updatedAt: Instant
  let sites: [Int64]
  let account: StoredAccount

  init(row: Row) throws {
    id = UserID(try row.int("id"))
    email = try row.text("email")
    username = try row.text("username")
    firstName = try row.text("first_name")
    lastName = try row.text("last_name")
    passwordHash = try row.text("password_hash")
    role = Role(rawValue: try row.text("role")) ?? .viewer
    isActive = try row.bool("is_active")
    emailVerifiedAt = try row.optionalInstant("email_verified_at")
    lastLogin = try row.optionalInstant("last_login")
    createdAt = try row.instant("created_at")
    updatedAt = try row.instant("updated_at")
    sites = try row.ints("site_ids")
    account = try StoredAccount(row: row)
  }

  func reply(_ credits: Billing.AccountSummary?) -> Auth.User {
    Auth.User(
      id: id.value, email: email, username: username, firstName: firstName, lastName: lastName,
      role: role.rawValue, isActive: isActive, accountID: account.id.value,
      account: account.reply(credits), lastLogin: lastLogin, createdAt: createdAt,
      updatedAt: updatedAt, siteIDs: sites, emailVerified: emailVerifiedAt != nil)
  }
}
