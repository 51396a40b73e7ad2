import Postgres

/// Statements on plans, packages and prices.
enum CatalogQueries {
  /// $1 search pattern or null.
  static let plans = Statement(
    "billing.plan.list",
    """
    SELECT * FROM plans
    WHERE is_active AND ($1::text IS NULL OR name ILIKE $1 OR slug ILIKE $1)
    ORDER BY included_credits, id
    """)

  static let plan = Statement("billing.plan.get", "SELECT * FROM plans WHERE id = $1 AND is_active")

  /// $1 slug, $2 whether it may be one that is not on offer.
  static let planBySlug = Statement(
    "billing.plan.by_slug",
    "SELECT id, price > 0 AS is_paid FROM plans WHERE slug = $1 AND (is_active OR $2)")

  /// $1 search pattern or null.
  static let packages = Statement(
    "billing.package.list",
    """
    SELECT * FROM credit_packages WHERE is_active
      AND ($1::text IS NULL OR name ILIKE $1 OR slug ILIKE $1 OR description ILIKE $1)
    ORDER BY sort_order, id
    """)

  static let package = Statement(
    "billing.package.get", "SELECT * FROM credit_packages WHERE id = $1 AND is_active")

  private static let costColumns = """
    operation, credits, unit, unit_size, display_name, is_active, updated_at
    """

  static let costs = Statement(
    "billing.price.list",
    "SELECT \(costColumns) FROM credit_cost_configs WHERE is_active ORDER BY operation")

  static let allCosts = Statement(
    "billing.price.list_all",
    "SELECT \(costColumns) FROM credit_cost_configs ORDER BY operation")

  /// $1 operation, $2 credits, $3 unit size, $4 display name (null: as it was), $5 now, $6 who.
  static let updateCost = Statement(
    "billing.price.update",
    """
    UPDATE credit_cost_configs SET credits = coalesce($2::bigint, credits),
      unit_size = coalesce($3::bigint, unit_size),
      display_name = coalesce($4::text, display_name), updated_at = $5, updated_by = $6
    WHERE operation = $1
    """)

  static let all = [
    plans, plan, planBySlug, packages, package, costs, allCosts, updateCost,
  ]
}
