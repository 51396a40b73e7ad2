import AuthContract
import AuthCore
import Kernel
import Postgres

/// An invitation as the table has it.
struct StoredInvitation: Sendable {
  enum Status: String, Sendable {
    case pending, accepted, revoked, expired
  }

  let account: AccountID
  let id: Int64
  let email: String
  let role: Role
  let sites: [Int64]
  let user: UserID?
  let invitedBy: Int64?
  let createdAt: Instant
  let updatedAt: Instant
  let sentAt: Instant
  let expiresAt: Instant
  let acceptedAt: Instant?
  let revokedAt: Instant?

  init(row: Row) throws {
    account = AccountID(try row.int("account_id"))
    id = try row.int("id")
    email = try row.text("email")
    role = Role(rawValue: try row.text("role")) ?? .viewer
    sites = try row.ints("site_ids")
    user = try row.optionalInt("user_id").map { UserID($0) }
    invitedBy = try row.optionalInt("invited_by")
    createdAt = try row.instant("created_at")
    updatedAt = try row.instant("updated_at")
    sentAt = try row.instant("sent_at")
    expiresAt = try row.instant("expires_at")
    acceptedAt = try row.optionalInstant("accepted_at")
    revokedAt = try row.optionalInstant("revoked_at")
  }

  func status(at now: Instant) -> Status {
    if acceptedAt != nil { return .accepted }
    if revokedAt != nil { return .revoked }
    return expiresAt <= now ? .expired : .pending
  }

  func reply(at now: Instant) -> Auth.Invitation {
    Auth.Invitation(
      id: id, email: email, role: role.rawValue, status: status(at: now).rawValue,
      siteIDs: sites, invitedBy: invitedBy, userID: user?.value, createdAt: createdAt,
      updatedAt: updatedAt, sentAt: sentAt, expiresAt: expiresAt, acceptedAt: acceptedAt)
  }
}
