import Kernel

/// A refresh token: exchanged once for a new one of the same family. A second exchange means that
/// somebody has a copy, unless it comes so soon that it is another tab of the same browser.
package struct RefreshToken: Sendable, Equatable {
  package static let lifetime: Duration = .seconds(7 * 86_400)
  /// How long after its rotation a token still answers.
  package static let grace: Duration = .seconds(10)

  package var expiresAt: Instant
  package var usedAt: Instant?
  package var revokedAt: Instant?

  package init(expiresAt: Instant, usedAt: Instant? = nil, revokedAt: Instant? = nil) {
    (self.expiresAt, self.usedAt, self.revokedAt) = (expiresAt, usedAt, revokedAt)
  }

  package enum Verdict: Sendable, Equatable {
    /// The first exchange.
    case rotate
    /// Another exchange within the grace: a new token too.
    case again
    /// A copy is about: the whole family ends.
    case reused
    case expired
    case revoked
  }

  /// What an exchange at `now` leads to.
  package func verdict(at now: Instant) -> Verdict {
    if revokedAt != nil { return .revoked }
    if let usedAt { return now - usedAt <= Self.grace ? .again : .reused }
    return now < expiresAt ? .rotate : .expired
  }
}
