import AuthContract
import Kernel
import RPC
import Cryptography

/// Finds out who asks: the token says which user, `auth` what that user may do now.
final class Authenticator: Sendable {
  /// How long a principal is believed; so late, at most, is a change of role or a suspension felt.
  static let principalAge: Duration = .seconds(3)
  static let mostPrincipals = 10_000

  private let auth: AuthClient
  private let tokens: AccessTokens
  private let time: any TimeSource
  private let known = TTLCache<String, Auth.Principal>(
    capacity: mostPrincipals, lifetime: principalAge)

  init(auth: AuthClient, settings: EdgeSettings, time: any TimeSource) {
    (self.auth, self.time) = (auth, time)
    tokens = AccessTokens(auth: auth, settings: settings, time: time)
  }

  /// - Throws: `Refusal` 401 for credentials that are no good; `RPCError` when `auth` is away.
  func caller(
    _ ask: Ask, requestID: String, address: String, trace: TraceParent
  ) async throws -> Caller {
    let call = OutgoingCall(
      context: CallContext(requestID: requestID, actor: .service, address: address),
      deadline: Deadline(in: .seconds(3), of: time), trace: trace)
    switch Self.credential(ask) {
    case .none: return .anonymous(requestID: requestID, address: address)
    case .token(let token):
      let holder = try await tokens.holder(of: token, call)
      let session = holder.session.map { "/s\($0)" } ?? ""
      let principal = try await principal(
        "u\(holder.user)" + session,
        .init(userID: holder.user.value, sessionID: holder.session), call)
      return try Caller(
        principal, actor: .user, session: holder.session, requestID: requestID, address: address)
    case .apiKey(let key):
      let principal = try await principal("k" + Digest.sha256Hex(key), .init(apiKey: key), call)
      return try Caller(principal, actor: .apiKey, requestID: requestID, address: address)
    }
  }

  private enum Credential {
    case none
    case token(String)
    case apiKey(String)
  }

  private static func credential(_ ask: Ask) -> Credential {
    if let key = ask.headers["x-api-key"], !key.isEmpty { return .apiKey(key) }
    guard let header = ask.headers["authorization"] else { return .none }
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2 else { return .none }
    switch parts[0].lowercased() {
    case "bearer": return .token(String(parts[1]))
    case "api-key": return .apiKey(String(parts[1]))
    default: return .none
    }
  }

  private func principal(
    _ name: String, _ request: Auth.ResolvePrincipalRequest, _ call: OutgoingCall
  ) async throws -> Auth.Principal {
    let now = time.monotonic()
    if let principal = known.value(of: name, now: now) { return principal }
    do {
      let principal = try await auth.resolvePrincipal(request, call)
      known.insert(principal, for: name, now: now)
      return principal
    } catch let error as RPCError where [.notFound, .unauthenticated].contains(error.code) {
      throw Refusal(401, "Invalid or expired token")
    }
  }
}
