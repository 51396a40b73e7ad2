import AuthContract
import Kernel
import RPC

/// Who asks.
struct Caller: Sendable {
  let context: CallContext
  /// Of the platform's own account.
  let isStaff: Bool

  /// Whether the scope limits are told but do not bind.
  var isFree: Bool { isStaff || context.role == .admin || context.role == .developer }

  var isSignedIn: Bool { context.actor != .anonymous }

  /// Whom requests are counted for.
  var name: String {
    if let user = context.user { return "u\(user.value)" }
    if context.actor == .apiKey, let account = context.account { return "k\(account.value)" }
    return "a\(context.address ?? "")"
  }

  /// The context of a call. Only what signs somebody in learns what the client calls itself.
  func context(of method: MethodInfo, in context: String, _ ask: Ask) -> CallContext {
    var own = self.context
    guard context == "auth", method.idempotency != .noSideEffects,
      let agent = ask.headers["user-agent"]
    else { return own }
    let printable = agent.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }
    own.userAgent = String(String.UnicodeScalarView(printable.prefix(Self.longestAgent)))
    return own
  }

  /// Of a user agent's text, in characters.
  private static let longestAgent = 256

  static func anonymous(requestID: String, address: String) -> Caller {
    Caller(
      context: CallContext(
        requestID: requestID, actor: .anonymous, role: .systemBot, address: address),
      isStaff: false)
  }

  /// - Throws: `Refusal` for a user who may not sign in any more, and for a key that is none.
  init(
    _ principal: Auth.Principal, actor: CallContext.Actor, session: Int64? = nil,
    requestID: String, address: String
  ) throws {
    guard principal.isActive, let role = Role(rawValue: principal.role) else {
      throw Refusal(401, Self.refusal(of: principal, actor))
    }
    context = CallContext(
      requestID: requestID, actor: actor,
      account: principal.accountID == 0 ? nil : AccountID(principal.accountID),
      user: principal.userID.map { UserID($0) }, role: role,
      sites: principal.limitedToSites ? principal.siteIDs.map { SiteID($0) } : nil,
      accountSuspended: principal.accountSuspended, modulesOff: principal.modulesOff,
      address: address, session: session)
    isStaff = principal.systemAccount
  }

  /// Who is gone altogether has no id.
  private static func refusal(of principal: Auth.Principal, _ actor: CallContext.Actor) -> String {
    if actor == .apiKey { return "Invalid API key" }
    return principal.userID == nil ? "Invalid or expired token" : "User account is disabled"
  }

  private init(context: CallContext, isStaff: Bool) {
    (self.context, self.isStaff) = (context, isStaff)
  }
}
