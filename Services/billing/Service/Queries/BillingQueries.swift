import Postgres

package enum BillingQueries {
  /// Every statement of the service.
  package static let all =
    LedgerQueries.all + AccountQueries.all + CatalogQueries.all + HistoryQueries.all
    + AuditQueries.all + InvoiceQueries.all + BillingAuditQueries.all
    + SubscriptionQueries.all + PaymentQueries.all
    + PaymentMethodQueries.all + RefundQueries.all
    + TopUpQueries.all + RenewalQueries.all + ContentQueries.all
}
