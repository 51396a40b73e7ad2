import Foundation
import JSON
import Testing

/// What people do with their accounts, each carried through however often services die; what must
/// be true in the end is told by the check that each gives back.
struct AccountFlows: Sendable {
  typealias Check = @Sendable () async throws -> Void
  static let password = "Brewed-3-times-daily"

  let system: RunningSystem
  let staff: RESTClient

  var anonymous: RESTClient { RESTClient(url: system.url) }

  /// Somebody new, with an account.
  func newcomer() async throws -> (api: RESTClient, email: String, account: Int64) {
    let email = "\(UUID().uuidString.lowercased())@igny8.example"
    let session = try await anonymous.join(email, Self.password)
    return (
      RESTClient(url: system.url, access: session["access"]?.string), email,
      try #require(session["user"]?["account"]?["id"]?.int)
    )
  }

  /// One user, one account, its credits once, one mail, whose token counts.
  func registration() async throws -> Check {
    let (api, email, account) = try await newcomer()
    let token = try await system.token(for: "verify-email", to: email)
    _ = try await anonymous.expect(
      "POST", "/api/v1/auth/verify-email/", ["token": .string(token)], orElse: [400])
    return { [self] in
      #expect(try await api.get("/api/v1/auth/me/")["email_verified"]?.bool == true)
      try await expectOne(email)
      #expect(mails("verify-email", to: email) == 1)
      let path = "/api/v1/billing/credits/balance/"
      for _ in 0..<100 where try await api.get(path)["credits"]?.int != 100 {
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(try await api.get(path)["credits"]?.int == 100)
      try await expectBooks(account)
    }
  }

  /// The mail comes, its token counts once, the old password is none any more.
  func passwordReset() async throws -> Check {
    let (_, email, _) = try await newcomer()
    _ = try await anonymous.expect(
      "POST", "/api/v1/auth/password-reset/", ["email": .string(email)])
    let token = try await system.token(for: "password-reset", to: email)
    let body: JSONValue = ["token": .string(token), "new_password": "Roasted-4-times-daily"]
    _ = try await anonymous.expect(
      "POST", "/api/v1/auth/password-reset/confirm/", body, orElse: [400])
    return { [anonymous] in
      _ = try await anonymous.signedIn(email, "Roasted-4-times-daily")
      let old = try await anonymous.send(
        "POST", "/api/v1/auth/login/",
        ["email": .string(email), "password": .string(Self.password)])
      #expect(old.status == 401)
      let again = try await anonymous.send("POST", "/api/v1/auth/password-reset/confirm/", body)
      #expect(again.status == 400)
    }
  }

  /// One invitation, one mail, one user.
  func invitation() async throws -> Check {
    let email = "\(UUID().uuidString.lowercased())@igny8.example"
    let (owner, _, _) = try await newcomer()
    _ = try await owner.expect(
      "POST", "/api/v1/auth/invitations/", ["email": .string(email), "role": "viewer"])
    let token = try await system.token(for: "invitation", to: email)
    _ = try await anonymous.expect(
      "POST", "/api/v1/auth/invitations/accept/",
      ["token": .string(token), "password": .string(Self.password)], orElse: [400, 409])
    return { [self] in
      _ = try await anonymous.signedIn(email, Self.password)
      try await expectOne(email)
      let invitations = try await owner.all("/api/v1/auth/invitations/")
      #expect(invitations.map { $0["email"]?.string } == [email])
      #expect(mails("invitation", to: email) == 1)
    }
  }

  /// Closed at once, and either called off or gone from every service.
  /// - Parameter isCalledOff: whether the owner thinks better of it.
  func erasure(isCalledOff: Bool) async throws -> Check {
    let (owner, email, account) = try await newcomer()
    let site = try await owner.post(
      "/api/v1/auth/sites/", ["name": .string("Site of \(email)"), "hosting_type": "igny8_sites"])
    _ = try await owner.post("/api/v1/account/erasure/", ["password": .string(Self.password)])
    if isCalledOff { _ = try await owner.expect("DELETE", "/api/v1/account/erasure/") }
    return { [self] in
      guard isCalledOff else {
        let state = try await owner.get("/api/v1/account/erasure/")
        #expect(state["status"]?.string == "cancelled" && state["erase_at"]?.string != nil)
        try await expectClosed(owner, account)
        return
      }
      _ = try await owner.expect(
        "PATCH", "/api/v1/auth/sites/\(site["id"]?.int ?? 0)/", ["name": "Staying"])
      try await expectOne(email)
      let told = try await owner.all("/api/v1/account/audit-log/").compactMap {
        $0["action"]?.string
      }
      #expect(told.count { $0 == "account.erasure_requested" } == 1, "\(told)")
      #expect(told.count { $0 == "account.erasure_cancelled" } == 1, "\(told)")
    }
  }

  // MARK: What is true in the end

  private func expectClosed(_ owner: RESTClient, _ account: Int64) async throws {
    let refused = try await owner.send("POST", "/api/v1/auth/sites/", ["name": "More"])
    #expect(refused.status == 403)
    let told = try await owner.all("/api/v1/account/audit-log/").compactMap { $0["action"]?.string }
    #expect(told.count { $0 == "account.erasure_requested" } == 1, "\(told)")
  }

  private func expectOne(_ email: String) async throws {
    let found = try await staff.all("/api/v1/admin/users/?search=\(email)")
    #expect(found.map { $0["email"]?.string } == [email])
  }

  func expectBooks(_ account: Int64) async throws {
    let books = try await staff.get("/api/v1/admin/ledger/verify/?account_id=\(account)")
    #expect(books["ok"]?.bool == true, "\(books.text)")
  }

  private func mails(_ page: String, to email: String) -> Int {
    system.mails().count {
      $0.header("to")?.contains(email) == true && $0.text.contains("/\(page)/#")
    }
  }
}

extension RESTClient {
  /// Registers; who was registered although the answer was lost signs in.
  func join(_ email: String, _ password: String) async throws -> JSONValue {
    let body: JSONValue = ["email": .string(email), "password": .string(password)]
    let answer = try await expect("POST", "/api/v1/auth/register/", body, orElse: [409])
    if answer.status < 300 { return answer.data }
    return try await post("/api/v1/auth/login/", body)
  }
}
