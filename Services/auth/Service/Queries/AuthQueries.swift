import Postgres

package enum AuthQueries {
  /// Every statement of the service that is not composed from a request.
  package static let all =
    [
      AccountQueries.all, UserQueries.all, TokenQueries.all, MailTokenQueries.all,
      InvitationQueries.all, SessionQueries.all, TwoFactorQueries.all, SiteQueries.all,
      ReferenceQueries.all, AuditQueries.all, LimitQueries.all, SiteKeyQueries.all,
      SettingQueries.all, ReferenceWriting.all, ErasureQueries.all,
      AccountExportQueries.all, MoneyNewsQueries.all,
    ].flatMap(\.self)
}
