import Postgres

/// Statements on methods of paying: those on offer, and those of accounts.
enum PaymentMethodQueries {
  // MARK: On offer

  private static let configColumns = """
    id, payment_method, country_code, display_name, is_enabled, instructions, details, sort_order,
      created_at, updated_at
    """

  /// What is configured for a country and for all of them, the country's own first.
  /// $1 country.
  static let offered = Statement(
    "billing.method_config.offered",
    """
    SELECT DISTINCT ON (payment_method) \(configColumns) FROM payment_method_configs
    WHERE country_code IN ('', $1) ORDER BY payment_method, country_code DESC
    """)

  /// $1 search pattern or null, $2 country or null.
  private static let configFilter = """
    ($1::text IS NULL OR display_name ILIKE $1 OR payment_method ILIKE $1)
      AND ($2::text IS NULL OR country_code = $2)
    """

  static let configs = Statement(
    "billing.method_config.list",
    """
    SELECT \(configColumns) FROM payment_method_configs WHERE \(configFilter)
    ORDER BY sort_order, id
    """)

  static let config = Statement(
    "billing.method_config.get",
    "SELECT \(configColumns) FROM payment_method_configs WHERE id = $1")

  /// $1 method, $2 country, $3 name, $4 enabled, $5 instructions, $6 details, $7 order, $8 now.
  static let insertConfig = Statement(
    "billing.method_config.insert",
    """
    INSERT INTO payment_method_configs (payment_method, country_code, display_name, is_enabled,
      instructions, details, sort_order, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING \(configColumns)
    """)

  /// $1 id; what is null stays: $2 country, $3 name, $4 enabled, $5 instructions, $6 details,
  /// $7 order; $8 now.
  static let updateConfig = Statement(
    "billing.method_config.update",
    """
    UPDATE payment_method_configs SET country_code = coalesce($2::text, country_code),
      display_name = coalesce($3::text, display_name),
      is_enabled = coalesce($4::boolean, is_enabled),
      instructions = coalesce($5::text, instructions), details = coalesce($6::jsonb, details),
      sort_order = coalesce($7::integer, sort_order), updated_at = $8
    WHERE id = $1 RETURNING \(configColumns)
    """)

  static let deleteConfig = Statement(
    "billing.method_config.delete",
    "DELETE FROM payment_method_configs WHERE id = $1 RETURNING \(configColumns)")

  // MARK: Of accounts

  private static let columns = """
    id, account_id, type, display_name, is_default, is_enabled, country_code, instructions, brand,
      last4, exp_month, exp_year, provider_customer, provider_method, created_at, updated_at
    """

  /// $1 account or null, $2 type or null, $3 search pattern or null.
  private static let filter = """
    ($1::bigint IS NULL OR account_id = $1) AND ($2::text IS NULL OR type = $2)
      AND ($3::text IS NULL OR display_name ILIKE $3)
    """

  static let count = Statement(
    "billing.method.count", "SELECT count(*) FROM payment_methods WHERE \(filter)")

  /// $4 most, $5 left out.
  static let lists: [String: Statement] = {
    var statements: [String: Statement] = [:]
    for column in ["id", "created_at", "display_name"] {
      for (sign, word, suffix) in [("", "", ""), ("-", " DESC", "_down")] {
        statements[sign + column] = Statement(
          "billing.method.list_by_\(column)\(suffix)",
          """
          SELECT \(columns) FROM payment_methods WHERE \(filter)
          ORDER BY \(column)\(word), id\(word) LIMIT $4 OFFSET $5
          """)
      }
    }
    return statements
  }()

  static let get = Statement(
    "billing.method.get", "SELECT \(columns) FROM payment_methods WHERE account_id = $1 AND id = $2"
  )

  static let customer = Statement(
    "billing.method.customer",
    """
    SELECT provider_customer FROM payment_methods
    WHERE account_id = $1 AND provider_customer IS NOT NULL ORDER BY id LIMIT 1
    """)

  static let owner = Statement(
    "billing.method.owner", "SELECT account_id FROM payment_methods WHERE id = $1")

  /// The first one of an account is its default. $1 account, $2 type, $3 name, $4 default,
  /// $5 enabled, $6 country, $7 instructions, $8 brand, $9 last four, $10 month, $11 year,
  /// $12 customer, $13 method at the provider, $14 now.
  static let insert = Statement(
    "billing.method.insert",
    """
    INSERT INTO payment_methods (account_id, type, display_name, is_default, is_enabled,
      country_code, instructions, brand, last4, exp_month, exp_year, provider_customer,
      provider_method, created_at, updated_at)
    VALUES ($1, $2, $3, $4 OR NOT EXISTS (
        SELECT 1 FROM payment_methods WHERE account_id = $1 AND is_default), $5, $6, $7, $8, $9,
      $10, $11, $12, $13, $14, $14)
    RETURNING \(columns)
    """)

  /// $1 account, $2 id; what is null stays: $3 name, $4 default, $5 enabled, $6 country,
  /// $7 instructions; $8 now.
  static let update = Statement(
    "billing.method.update",
    """
    UPDATE payment_methods SET display_name = coalesce($3::text, display_name),
      is_default = coalesce($4::boolean, is_default),
      is_enabled = coalesce($5::boolean, is_enabled),
      country_code = coalesce($6::text, country_code),
      instructions = coalesce($7::text, instructions), updated_at = $8
    WHERE account_id = $1 AND id = $2 RETURNING \(columns)
    """)

  /// $1 account, $2 the one that is to be the default; null while it does not exist.
  static let clearDefault = Statement(
    "billing.method.clear_default",
    """
    UPDATE payment_methods SET is_default = false
    WHERE account_id = $1 AND is_default AND id IS DISTINCT FROM $2
    """)

  static let delete = Statement(
    "billing.method.delete",
    "DELETE FROM payment_methods WHERE account_id = $1 AND id = $2 RETURNING is_default")

  /// Another one of the account becomes its default. $1 account.
  static let promote = Statement(
    "billing.method.promote",
    """
    UPDATE payment_methods SET is_default = true
    WHERE account_id = $1 AND id = (SELECT min(id) FROM payment_methods
      WHERE account_id = $1 AND is_enabled)
    """)

  static let all =
    [
      offered, configs, config, insertConfig, updateConfig, deleteConfig, count, get, customer,
      owner,
      insert, update, clearDefault, delete, promote,
    ] + lists.values
}
