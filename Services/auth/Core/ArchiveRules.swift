import Kernel

/// What owners may ask of the archives of their accounts.
package enum ArchiveRules {
  /// How long an archive can be downloaded.
  package static let lifetime: Duration = .seconds(7 * 86_400)
  /// How long its bytes stay behind that, for downloads that have begun.
  package static let afterglow: Duration = .seconds(3_600)
  /// Archives of an account within `day`; each costs as much as the account is large.
  package static let mostADay: Int64 = 3
  package static let day: Duration = .seconds(86_400)
  /// One that has not grown for so long has failed.
  package static let patience: Duration = .seconds(86_400)
  /// How long lists remember an archive that is gone.
  package static let memory: Duration = .seconds(90 * 86_400)
}

/// How an archive stands.
package enum ArchiveState: String, Sendable, CaseIterable {
  case queued, running, ready, failed, expired
}
