import Postgres

package enum BillingMigrations {
  package static let schema = "billing"
  package static let all = [
    m0001Ledger, m0002Catalogue, m0003Pending, m0004Platform, m0005Invoices, m0006Payments,
    m0007Providers, m0008Subscriptions, m0009Refunds, m0010TopUps, m0011Renewals,
    m0012OpenHolds, m0013PausedSubscriptions,
  ]
}
