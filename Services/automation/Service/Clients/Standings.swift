import AuthContract
import AutomationCore
import Kernel
import RPC

/// What an account's jobs may do now.
struct Standing: Sendable, Equatable {
  var isSuspended = false
  var modulesOff: [String] = []

  /// Why nothing of the account's automation goes on; nil when it may.
  var pauseReason: PauseReason? {
    if isSuspended { return .suspended }
    return modulesOff.contains("automation") ? .moduleOff : nil
  }
}

/// Asks `auth` what accounts may do, and believes an answer for a while: so late, at most, does a
/// job feel a suspension or a module that is switched off.
final class Standings: Sendable {
  /// How long the last answer is good while `auth` is away.
  static let ageWithoutAuth: Duration = .seconds(60)
  static let mostAccounts = 10_000

  private let auth: AuthClient
  private let age: Duration
  private let time: any TimeSource
  private let known = TTLCache<AccountID, Standing>(
    capacity: mostAccounts, lifetime: ageWithoutAuth)

  init(auth: AuthClient, age: Duration, time: any TimeSource) {
    (self.auth, self.age, self.time) = (auth, age, time)
  }

  /// - Throws: `RPCError` when `auth` is away and was for long.
  func standing(of account: AccountID, requestID: String) async throws -> Standing {
    let now = time.monotonic()
    if let recent = known.value(of: account, youngerThan: age, now: now) { return recent }
    do {
      let principal = try await auth.resolvePrincipal(
        .init(accountID: account.value),
        OutgoingCall(
          context: CallContext(requestID: requestID, actor: .service),
          deadline: Deadline(in: .seconds(3), of: time)))
      let standing = Standing(principal)
      known.insert(standing, for: account, now: now)
      return standing
    } catch let error as RPCError {
      try Task.checkCancellation()
      guard let last = known.value(of: account, now: now) else { throw error }
      return last
    }
  }
}

extension Standing {
  /// An account that is no more is as good as suspended.
  init(_ principal: Auth.Principal) {
    self.init(
      isSuspended: principal.accountSuspended || !principal.isActive,
      modulesOff: principal.modulesOff)
  }
}
