import AuthCore
import Cryptography
import Kernel
import Postgres
import RPC

/// The second factor that some users sign in with: codes of an authenticator, or recovery codes.
struct SecondFactors: Sendable {
  let settings: AuthSettings
  let time: any TimeSource

  enum Verdict: Sendable, Equatable {
    /// The user has none.
    case notNeeded
    case right
    case missing
    case wrong

    var isRight: Bool { self == .right || self == .notNeeded }
  }

  /// Looks at what was typed, and uses it up when it is right.
  /// - Parameter user: locked by the transaction, so that no two sign-ins use the same code.
  func check(
    _ text: String?, of user: StoredUser, in transaction: Transaction
  ) async throws -> Verdict {
    let mine: [SQLValue] = [.id(user.account.id), .id(user.id)]
    let rows = try await transaction.run(TwoFactorQueries.find, mine)
    guard let row = rows.first, try row.optionalInstant("confirmed_at") != nil else {
      return .notNeeded
    }
    guard let text = given(text) else { return .missing }
    if let code = TimeCode.typed(text) {
      let step = try step(of: code, row, user)
      guard let step else { return .wrong }
      transaction.runLater([(TwoFactorQueries.take, mine + [.int(step)])])
      return .right
    }
    guard let code = RecoveryCode.typed(text) else { return .wrong }
    let used = try await transaction.run(
      TwoFactorQueries.useRecovery, mine + [.bytes(Self.digest(code, user)), .instant(time.now())])
    return used.rowsAffected == 1 ? .right : .wrong
  }

  /// The step whose code this is and that was not taken yet.
  func step(of code: String, _ row: Row, _ user: StoredUser) throws -> Int64? {
    let sealed = SealedSecret(text: try row.text("secret"))
    let secret = try sealed.open(with: try secretKeys(), context: Self.context(user))
    return TimeCode.step(taken: try row.int("last_step"), at: time.now()) { step in
      let mac = MessageAuthentication.hmacSHA1(key: secret, TimeCode.message(step))
      return MessageAuthentication.constantTimeEquals(TimeCode.code(mac: mac), code)
    }
  }

  /// A fresh secret, and what the table holds of it.
  func makeSecret(for user: StoredUser) throws -> (secret: String, sealed: String) {
    let bytes = randomBytes(TimeCode.secretBytes)
    let sealed = SealedSecret(
      sealing: bytes, with: try secretKeys(), context: Self.context(user))
    return (Base32.encode(bytes), sealed.text)
  }

  /// Fresh recovery codes instead of those before, as they are shown this once.
  func renewRecovery(of user: StoredUser, in transaction: Transaction) -> [String] {
    let codes = (0..<RecoveryCode.count).map { _ in Base32.encode(randomBytes(RecoveryCode.bytes)) }
    let mine: [SQLValue] = [.id(user.account.id), .id(user.id)]
    transaction.runLater([(TwoFactorQueries.deleteRecovery, mine)])
    transaction.runLater(
      codes.map { code in
        (
          TwoFactorQueries.insertRecovery,
          mine + [.bytes(Self.digest(code, user)), .instant(time.now())]
        )
      })
    return codes.map(RecoveryCode.shown)
  }

  private static func digest(_ code: String, _ user: StoredUser) -> [UInt8] {
    Digest.sha256("recovery:\(user.id.value):\(code)")
  }

  private static func context(_ user: StoredUser) -> String {
    "auth.two_factor/\(user.account.id.value)/\(user.id.value)"
  }

  private func secretKeys() throws -> SecretKeys {
    guard let keys = settings.secretKeys else {
      throw RPCError(.unavailable, "Service unavailable", reason: "no_secret_keys")
    }
    return keys
  }

  /// What a sign-in without a code is told.
  static let required = refusal(
    "Two-factor code required", "This field is required", "two_factor_required")
  static let wrong = refusal(
    "Invalid two-factor code", "Invalid two-factor code", "two_factor_invalid")

  private static func refusal(_ message: String, _ detail: String, _ reason: String) -> RPCError {
    RPCError(
      .unauthenticated, message,
      details: ErrorDetails(
        fields: [FieldError(name: "otp", messages: [detail])], reason: reason))
  }
}
