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
    WITH changed AS (
      UPDATE credit_cost_configs SET credits = coalesce($2::bigint, credits),
        unit_size = coalesce($3::bigint, unit_size),
        display_name = coalesce($4::text, display_name), updated_at = $5, updated_by = $6
      WHERE operation = $1 RETURNING *)
    INSERT INTO credit_cost_history
      (operation, credits, unit_size, display_name, is_active, effective_from, changed_by)
    SELECT operation, credits, unit_size, display_name, is_active, updated_at, updated_by
    FROM changed
    """)

  static let countCostHistory = Statement(
    "billing.price.history_count",
    "SELECT count(*) FROM credit_cost_history WHERE operation = $1")

  /// Newest first. $2 most, $3 left out.
  static let costHistory = Statement(
    "billing.price.history",
    """
    SELECT id, operation, credits, unit_size, display_name, effective_from, changed_by
    FROM credit_cost_history WHERE operation = $1 ORDER BY id DESC LIMIT $2 OFFSET $3
    """)

  /// $1 search pattern or null.
  static let allPlans = Statement(
    "billing.plan.list_all",
    """
    SELECT * FROM plans WHERE $1::text IS NULL OR name ILIKE $1 OR slug ILIKE $1
    ORDER BY included_credits, id
    """)

  static let anyPlan = Statement("billing.plan.get_any", "SELECT * FROM plans WHERE id = $1")

  /// $1 is not used: a new plan gets its number. What is null gets its default.
  static let createPlan = Statement(
    "billing.plan.create",
    """
    INSERT INTO plans (name, slug, price, currency, included_credits, extra_credit_price,
      allow_credit_topup, support_level, features, is_active, max_users, max_sites,
      max_industries, max_author_profiles, created_at, updated_at)
    SELECT $2, $3, $4::text::numeric, coalesce($5, 'USD'), $6,
      coalesce($7::text::numeric, 0), coalesce($8, true), coalesce($9, 'community'),
      coalesce($10::jsonb, '[]'), coalesce($11, true), coalesce($12::bigint, 1),
      coalesce($13::bigint, 1), coalesce($14::bigint, 1), coalesce($15::bigint, 1),
      $16::timestamptz, $16::timestamptz
    WHERE $1::bigint IS NOT NULL
    RETURNING *
    """)

  /// What is null stays as it was.
  static let updatePlan = Statement(
    "billing.plan.update",
    """
    UPDATE plans SET name = coalesce($2, name), slug = coalesce($3, slug),
      price = coalesce($4::text::numeric, price), currency = coalesce($5, currency),
      included_credits = coalesce($6, included_credits),
      extra_credit_price = coalesce($7::text::numeric, extra_credit_price),
      allow_credit_topup = coalesce($8, allow_credit_topup),
      support_level = coalesce($9, support_level), features = coalesce($10::jsonb, features),
      is_active = coalesce($11, is_active), max_users = coalesce($12, max_users),
      max_sites = coalesce($13, max_sites), max_industries = coalesce($14, max_industries),
      max_author_profiles = coalesce($15, max_author_profiles), updated_at = $16
    WHERE id = $1 RETURNING *
    """)

  /// Only one that is in nobody's history; those who have it are seen by the table's references.
  static let deletePlan = Statement(
    "billing.plan.delete",
    """
    DELETE FROM plans p WHERE p.id = $1
      AND NOT EXISTS (SELECT 1 FROM subscription_history h WHERE h.plan_id = p.id)
    """)

  static let all = [
    plans, plan, planBySlug, packages, package, costs, allCosts, updateCost,
    countCostHistory, costHistory, allPlans, anyPlan, createPlan, updatePlan, deletePlan,
  ]
}
