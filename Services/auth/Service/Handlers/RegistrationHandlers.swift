import AuthContract
import AuthCore
import Kernel
import Postgres
import RPC
import Resources

/// Signing up.
struct RegistrationHandlers: Sendable {
  let registrar: Registrar
  let sessions: Sessions

  func register(in routes: inout RPCRoutes) {
    routes.answer(AuthMethods.register, on: .pool, signUp)
  }

  private func signUp(
    _ request: Auth.RegisterRequest, _ call: IncomingCall
  ) async throws -> Auth.Session {
    try await registrar.requireOpen(call)
    let credentials = try Credentials(email: request.email, password: request.password)
    let plan = request.planSlug?.trimmedOfBlanks ?? ""
    if !plan.isEmpty, await registrar.credits.offers(plan: plan, call) == false {
      throw RPCError(field: "plan_slug", "Unknown plan")
    }
    let applicant = try await applicant(credentials, plan, request)
    let user = try await registrar.make(applicant, audit: call, deadline: call.deadline)
    let summary = await registrar.credits.openNow(user.account.id, plan: plan, call)
    let refresh = try await sessions.database.transaction(
      in: .account(user.account.id), deadline: call.deadline
    ) { try await sessions.begin(user, action: "user.signed_in", call, in: $0) }
    return try await sessions.session(user, refresh, shown: user.reply(summary))
  }

  private func applicant(
    _ credentials: Credentials, _ plan: String, _ request: Auth.RegisterRequest
  ) async throws -> Registrar.Applicant {
    let username = given(request.username) ?? credentials.email.localPart
    let (first, last) = (given(request.firstName) ?? "", given(request.lastName) ?? "")
    let fullName = [first, last].filter { !$0.isEmpty }.joined(separator: " ")
    let name = given(request.accountName) ?? (fullName.isEmpty ? username : fullName)
    return Registrar.Applicant(
      email: credentials.email.text,
      passwordHash: try await registrar.hashing.hash(credentials.password), username: username,
      firstName: first, lastName: last, role: .owner, accountName: name,
      accountSlug: Slug.make(of: name, fallback: "account"), plan: plan)
  }
}

/// A text without blanks around it; nil when nothing is left.
func given(_ text: String?) -> String? {
  let text = text?.trimmedOfBlanks ?? ""
  return text.isEmpty ? nil : text
}
