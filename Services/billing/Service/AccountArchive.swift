import Exports

/// What owners find of this context in the archive of their account. What payment providers know
/// things by stays inside, and so do the digests that chain entries.
enum AccountArchive {
  private static let account: [ExportTable.Key] = [.number("account_id")]

  static let tables: [ExportTable] = [
    .rows(
      "credit_accounts", by: account, "balance reserved seq allows_overage created_at"),
    .rows(
      "subscriptions",
      """
      id plan_id cycle status current_period_start current_period_end cancel_at_period_end
      term_start term_end term_invoice_id owed_since next_plan_id next_cycle pending_plan_id
      pending_cycle pending_term_start pending_term_end pending_credits pending_invoice_id
      pending_due_at pending_is_paid is_paused created_at
      """),
    .rows("subscription_history", "id what note plan_id cycle user_id created_at"),
    .rows(
      "credit_lots", by: [.number("number")],
      "number kind granted free held created_at expires_at"),
    .rows(
      "credit_holds",
      """
      id operation reference credits lot_numbers lot_credits price_credits price_unit
      price_unit_size site_id user_id state captured_credits shortfall reason created_at
      expires_at closed_at
      """),
    .rows(
      "credit_transactions",
      """
      id seq type amount balance_after description reference hold_id lot_numbers lot_amounts
      metadata created_at
      """),
    .rows(
      "credit_usage_logs",
      """
      id entry_seq hold_id operation_type credits_used shortfall cost_usd model_used tokens_input
      tokens_output related_object_type related_object_id site_id user_id metadata created_at
      """),
    .rows("billing_profiles", by: account, "name address country tax_id email updated_at"),
    .rows(
      "invoices",
      """
      id number status purpose reference currency subtotal tax tax_treatment tax_name
      tax_basis_points seller_name seller_address seller_country seller_tax_id seller_email
      buyer_name buyer_address buyer_country buyer_tax_id buyer_email period_start period_end
      created_at issued_at due_at paid_at payment_method updated_at
      """),
    .rows(
      "invoice_line_items", by: [.number("invoice_id"), .number("position")],
      "invoice_id position description quantity unit_amount"),
    .rows(
      "payments",
      """
      id invoice_id status method amount currency refunded description package_id credits
      lot_number manual_reference manual_notes proof_text proof_url approved_by approved_at
      failure_reason user_id processed_at created_at updated_at
      """),
    .rows(
      "refunds",
      """
      id payment_id amount currency status reason credits credits_taken failure_reason user_id
      created_at updated_at processed_at
      """),
    .rows(
      "payment_methods",
      """
      id type display_name is_default is_enabled country_code instructions brand last4 exp_month
      exp_year created_at updated_at
      """),
    .rows(
      "auto_top_ups", by: account, "is_enabled threshold package_id monthly_cap updated_at"),
    .rows("top_ups", "id state balance payment_id problem created_at"),
    .rows(
      "credit_notices",
      "id kind percent required balance available created_at dismissed_at dismissed_by"),
    .rows(
      "renewal_charges", by: [.number("invoice_id")],
      "invoice_id tries due_at payment_id problem created_at"),
    .rows("content_addresses", by: [.number("content_id")], "content_id url told_at"),
    .rows(
      "audit_log",
      "id action user_id object_type object_id address request_id before after created_at"),
  ]
}
