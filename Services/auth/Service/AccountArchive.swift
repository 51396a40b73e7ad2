import Exports

/// What owners find of this context in the archive of their account. Passwords, tokens and keys
/// stay inside, even as digests.
enum AccountArchive {
  static let tables: [ExportTable] = [
    .rows(
      "accounts", by: [.number("account_id")],
      "account_id name slug status erase_at created_at updated_at"),
    .rows(
      "users",
      """
      id email username first_name last_name role is_active email_verified_at last_login created_at
      updated_at
      """),
    .rows(
      "invitations",
      """
      id email role site_ids user_id invited_by created_at updated_at sent_at expires_at
      accepted_at revoked_at
      """),
    .rows(
      "sessions",
      "id user_id user_agent address created_at last_used_at expires_at revoked_at"),
    .rows("two_factor", by: [.number("user_id")], "user_id created_at confirmed_at"),
    .rows(
      "sites",
      """
      id name slug domain description industry_id site_type hosting_type status created_at
      updated_at
      """),
    .rows(
      "sectors",
      """
      id site_id name slug description industry_sector_id is_active created_at updated_at
      """),
    .rows("site_user_access", "id user_id site_id created_at"),
    .rows(
      "site_api_keys",
      "id site_id name created_by created_at revoked_at last_used_at last_used_from"),
    .rows("module_enable_settings", by: [.text("module")], "module is_enabled updated_at"),
    .rows("account_settings", by: [.text("key")], "key value updated_by updated_at"),
    .rows(
      "user_settings", by: [.number("user_id"), .text("key")],
      "user_id key value updated_by updated_at"),
    .rows("ai_settings", by: [.text("key")], "key value updated_by updated_at"),
    .rows("module_settings", by: [.text("key")], "key value updated_by updated_at"),
    .rows(
      "account_exports", "id state requested_by size files created_at ready_at expires_at"),
    .rows(
      "audit_log",
      "id action user_id object_type object_id address request_id before after created_at"),
  ]
}
