import BillingCore
import Postgres

/// The plans, prices and packages that a new installation begins with.
let m0002Catalogue = Migration(
  number: 2, name: "catalogue",
  sql: """
    INSERT INTO plans (name, slug, price, annual_price, included_credits, extra_credit_price,
      support_level, features, max_users, max_sites, max_industries, max_author_profiles)
    VALUES
      ('Free', 'free', 0, 0, 100, 0.05, 'community',
        '["All features", "1 site"]', 1, 1, 1, 1),
      ('Starter', 'starter', 29, 290, 1000, 0.04, 'email',
        '["All features", "3 sites", "Email support"]', 3, 3, 3, 5),
      ('Growth', 'growth', 99, 990, 5000, 0.03, 'priority',
        '["All features", "10 sites", "Priority support"]', 10, 10, 10, 20),
      ('Scale', 'scale', 299, 2990, 20000, 0.02, 'dedicated',
        '["All features", "50 sites", "Dedicated support"]', 50, 50, 50, 100);

    INSERT INTO credit_cost_configs (operation, credits, unit, unit_size, display_name)
    VALUES \(prices);

    INSERT INTO credit_packages (name, slug, credits, price, description, sort_order)
    VALUES
      ('500 credits', 'credits-500', 500, 20, 'For a few articles more', 1),
      ('2,000 credits', 'credits-2000', 2000, 70, 'For a busy month', 2),
      ('10,000 credits', 'credits-10000', 10000, 300, 'For a new site', 3);
    """)

private let prices = PriceList.seed.all.map { price in
  let name = price.operation.split(separator: "_").joined(separator: " ")
  let title = name.prefix(1).uppercased() + name.dropFirst()
  return "('\(price.operation)', \(price.credits), '\(price.unit)', \(price.unitSize), '\(title)')"
}.joined(separator: ",\n  ")
