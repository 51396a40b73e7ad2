import Postgres

/// What becomes of an erased account's books: entries, invoices, payments stay, as the law wants;
/// who did what with which text goes. $1 account.
enum DepartureQueries {
  static let all = [
    Statement("billing.departure.profile", "DELETE FROM billing_profiles WHERE account_id = $1"),
    Statement("billing.departure.methods", "DELETE FROM payment_methods WHERE account_id = $1"),
    Statement(
      "billing.departure.renewals",
      """
      UPDATE renewal_charges SET due_at = NULL, card_customer = NULL, card_method = NULL
      WHERE account_id = $1
      """),
    Statement(
      "billing.departure.addresses", "DELETE FROM content_addresses WHERE account_id = $1"),
    Statement("billing.departure.images", "DELETE FROM content_images WHERE account_id = $1"),
    Statement("billing.departure.keys", "DELETE FROM idempotency_keys WHERE account_id = $1"),
    Statement(
      "billing.departure.usage",
      "UPDATE credit_usage_logs SET user_id = NULL, metadata = '{}' WHERE account_id = $1"),
    Statement(
      "billing.departure.holds", "UPDATE credit_holds SET user_id = NULL WHERE account_id = $1"),
    Statement(
      "billing.departure.subscriptions",
      "UPDATE subscriptions SET status = 'cancelled' WHERE account_id = $1"),
  ]
}
