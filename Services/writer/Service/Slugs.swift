import Kernel
import Postgres
import WriterCore

/// Slugs that are free in a site.
enum Slugs {
  /// The wanted slug or one like it that no other content of the site has; until the transaction
  /// ends nobody else gets one of that site.
  static func free(
    _ wanted: String, account: AccountID, site: Int64, except content: Int64? = nil,
    in transaction: Transaction
  ) async throws -> String {
    _ = try await transaction.run(
      ContentQueries.lockSlugs, [.text("writer/slugs/\(account.value)/\(site)")])
    let rows = try await transaction.run(
      ContentQueries.slugs,
      [.id(account), .int(site), .text(wanted), .text("\(wanted)-%"), .int(content)])
    return ArticleSlug.free(wanted, among: try rows.map { try $0.text(0) })
  }
}
