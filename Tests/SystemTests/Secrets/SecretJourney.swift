import AuthCore
import Cryptography
import Foundation
import JSON
import Kernel
import PaymentKit
import Testing

/// Somebody who uses all that is secret, well and badly.
struct SecretJourney {
  let system: RunningSystem
  let payments: Payments
  let anonymous: RESTClient
  let staff: RESTClient
  let owner: RESTClient
  let email: String
  /// Of a request, to be found in the logs.
  let canary = "canary-\(UUID().uuidString)"

  static func begin(on system: RunningSystem, _ payments: Payments) async throws -> SecretJourney {
    let anonymous = RESTClient(url: system.url)
    let staff = try await anonymous.signedIn(system.staffEmail, system.staffPassword)
    let email = "\(UUID().uuidString.lowercased())@igny8.example"
    let session = try await anonymous.post(
      "/api/v1/auth/register/",
      ["email": .string(email), "password": "First-of-3-passwords", "account_name": "Secretive"])
    return SecretJourney(
      system: system, payments: payments, anonymous: anonymous, staff: staff,
      owner: RESTClient(url: system.url, access: session["access"]?.string), email: email)
  }

  // MARK: Signing in

  func signIn() async throws {
    _ = try await owner.send("GET", "/api/v1/auth/me/", headers: ["X-Request-ID": canary])
    _ = try await owner.post("/api/v1/auth/verify-email/resend/", [:])
    let token = try await token(for: "verify-email", to: email)
    for text in [token + "x", token, token] {
      _ = try await send("auth/verify-email/", ["token": .string(text)])
    }
    let session = try await anonymous.post(
      "/api/v1/auth/login/", ["email": .string(email), "password": "First-of-3-passwords"])
    _ = try await send("auth/login/", ["email": .string(email), "password": "Wrong-1-for-sure"])
    let refresh = session["refresh"] ?? .null
    for _ in 0..<2 { _ = try await send("auth/refresh/", ["refresh": refresh]) }
    _ = try await send("auth/refresh/", ["refresh": .string((refresh.string ?? "") + "x")])
    _ = try await send("auth/logout/", ["refresh": refresh])
    let tampered = RESTClient(url: system.url, access: (session["access"]?.string ?? "") + "AA")
    _ = try await tampered.send("GET", "/api/v1/auth/me/")
  }

  func passwords() async throws {
    _ = try await anonymous.post("/api/v1/auth/password-reset/", ["email": .string(email)])
    let token = try await token(for: "password-reset", to: email)
    for (token, password) in [
      (token + "x", "Second-of-3-passwords"), (token, "123456789012"), (token, "short-1"),
      (token, "Second-of-3-passwords"), (token, "Second-of-3-passwords"),
    ] {
      _ = try await send(
        "auth/password-reset/confirm/",
        ["token": .string(token), "new_password": .string(password)])
    }
    let owner = try await anonymous.signedIn(email, "Second-of-3-passwords")
    for old in ["Wrong-2-for-sure", "Second-of-3-passwords"] {
      _ = try await owner.send(
        "POST", "/api/v1/auth/change-password/",
        ["old_password": .string(old), "new_password": "Third-of-3-passwords"])
    }
  }

  /// The owner as of the third password.
  func again(_ otp: String? = nil) async throws -> RESTClient {
    try await anonymous.signedIn(email, "Third-of-3-passwords", otp: otp)
  }

  func secondFactor() async throws {
    let owner = try await again()
    let setup = try await owner.post(
      "/api/v1/auth/two-factor/setup/", ["password": "Third-of-3-passwords"])
    let key = try #require(setup["secret"]?.string.flatMap { Base32.decode($0) })
    let code = { (drift: Int64) -> String in
      let now = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
      let message = TimeCode.message(TimeCode.step(at: now) + drift)
      return TimeCode.code(mac: MessageAuthentication.hmacSHA1(key: key, message))
    }
    let confirmed = try await owner.post(
      "/api/v1/auth/two-factor/confirm/", ["code": .string(code(0))])
    let recovery = confirmed["recovery_codes"]?.strings ?? []
    try #require(recovery.count > 3)
    _ = try await again(code(1))
    _ = try await again(recovery[0])
    for otp in [recovery[0], "wrong-recovery-code-1"] {
      _ = try await send(
        "auth/login/",
        ["email": .string(email), "password": "Third-of-3-passwords", "otp": .string(otp)])
    }
    for (path, code) in [("recovery-codes", recovery[1]), ("disable", recovery[2])] {
      _ = try await owner.send(
        "POST", "/api/v1/auth/two-factor/\(path)/",
        ["password": "Third-of-3-passwords", "code": .string(code)])
    }
    let renewed = try await owner.get("/api/v1/auth/two-factor/")
    #expect(renewed["is_enabled"]?.bool == true, "the renewed codes end the old ones")
  }

  // MARK: People and keys

  func people() async throws {
    let guest = "\(UUID().uuidString.lowercased())@igny8.example"
    _ = try await staff.post(
      "/api/v1/auth/invitations/", ["email": .string(guest), "role": "viewer"])
    let token = try await token(for: "invitation", to: guest)
    for (token, password) in [
      (token + "x", "Guest-of-the-house-1"), (token, "too-short"), (token, "Guest-of-the-house-1"),
    ] {
      _ = try await send(
        "auth/invitations/accept/", ["token": .string(token), "password": .string(password)])
    }
    _ = try await staff.send(
      "POST", "/api/v1/auth/users/",
      ["email": .string("x-" + guest), "password": "Made-by-the-owner-1", "role": "editor"])
  }

  func siteKeys() async throws {
    let site = try await staff.post(
      "/api/v1/auth/sites/", ["name": "Keys", "hosting_type": "igny8_sites"])
    let made = try await staff.post(
      "/api/v1/auth/sites/\(site["id"]?.int ?? 0)/api-keys/", ["name": "bot"])
    let key = try #require(made["key"]?.string)
    for text in [key, key + "x", String(key.dropLast())] {
      let bot = RESTClient(url: system.url, apiKey: text)
      _ = try await bot.send("GET", "/api/v1/writer/content/")
      _ = try await anonymous.send(
        "GET", "/api/v1/writer/content/", headers: ["Authorization": "Api-Key \(text)"])
    }
  }

  /// The double knows no such page: the provider's key goes out and an error comes back.
  func providerKeys() async throws {
    for provider in ["openai", "anthropic", "runware", "openai_compatible"] {
      let path = "/api/v1/system/settings/integrations/\(provider)/"
      _ = try await staff.send(
        "PUT", path,
        [
          "api_key": .string("sk-live-of-\(provider)-0123456789"),
          "base_url": .string(payments.double.url), "is_active": true,
        ])
      _ = try await staff.send("GET", path)
      _ = try await staff.send("POST", path + "test/", [:])
      _ = try await staff.send(
        "PUT", path,
        ["api_key": .string(String(repeating: "sk-too-long-0123456789-", count: 40))])
    }
  }

  // MARK: Money

  private func order(_ method: String) async throws -> (payment: Int64, intent: String) {
    let package = try #require(
      try await staff.all("/api/v1/billing/credit-packages/").first?["id"]?.int)
    let order = try await buyer().post(
      "/api/v1/billing/credit-packages/\(package)/purchase/",
      ["payment_method": .string(method), "return_url": "https://igny8.example/back"])
    return (
      try #require(order["payment"]?["id"]?.int, "\(order.text)"),
      try #require(order["payment"]?["intent_id"]?.string, "\(order.text)")
    )
  }

  /// Another owner, whose sign-in asks for no code.
  private func buyer() async throws -> RESTClient {
    let session = try await anonymous.post(
      "/api/v1/auth/register/",
      [
        "email": .string("\(UUID().uuidString.lowercased())@igny8.example"),
        "password": "Buyer-of-1-package",
      ])
    return RESTClient(url: system.url, access: session["access"]?.string)
  }

  func stripe() async throws {
    let intent = try await order("stripe").intent
    payments.double.with { $0.stripe.pay(intent) }
    let event = payments.double.with {
      $0.stripe.event("evt_\(intent)", "payment_intent.succeeded", about: intent)
    }
    let good = Payments.signature(of: event)
    for (body, headers) in [
      (event, Payments.signature(of: event, with: "whsec_not-our-secret-at-all")), (event, [:]),
      (event + " ", good), (event, ["Stripe-Signature": "t=1,v1=nonsense-signature"]),
      ("{", Payments.signature(of: "{")), (event, good), (event, good),
    ] {
      SecretWatch.shared.note(headers["Stripe-Signature"] ?? "", "a signature of Stripe")
      _ = try await anonymous.send(
        "POST", Payments.stripeWebhook, Data(body.utf8), headers: headers)
    }
    for method in ["pm_card_visa_of_somebody", "pm_" + String(repeating: "9", count: 300)] {
      _ = try await buyer().send(
        "POST", "/api/v1/billing/payment-methods/",
        ["type": "stripe", "display_name": "Card", "provider_method": .string(method)])
    }
  }

  func payPal() async throws {
    for secret in [ProviderDouble.payPalSecret, ProviderDouble.payPalToken] {
      SecretWatch.shared.note(secret, "PayPal's")
    }
    let intent = try await order("paypal").intent
    payments.double.with { $0.payPal.approve(intent) }
    let resource: JSONValue = ["id": .string(intent)]
    let event: JSONValue = [
      "id": "WH-E1", "event_type": "CHECKOUT.ORDER.APPROVED", "resource": resource,
    ]
    let text = event.text
    let headers = payments.payPalHeaders("E1", of: text)
    for body in [text + " ", text, text, "{"] {
      _ = try await anonymous.send(
        "POST", Payments.payPalWebhook, Data(body.utf8), headers: headers)
    }
  }

  func erasure() async throws {
    let owner = try await buyer()
    for password in ["Wrong-3-for-sure", "Buyer-of-1-package"] {
      _ = try await owner.send(
        "POST", "/api/v1/account/erasure/", ["password": .string(password)])
    }
    let id = try await owner.get("/api/v1/auth/me/")["account"]?["id"]?.int ?? 0
    _ = try await owner.send("DELETE", "/api/v1/auth/accounts/\(id)/?password=Wrong-4-for-sure")
    SecretWatch.shared.note("Wrong-4-for-sure", "a password in a query")
  }

  // MARK: Waiting for mail

  private func token(for page: String, to address: String) async throws -> String {
    let token = try await system.token(for: page, to: address)
    SecretWatch.shared.note(token, "a token in a mail for \(page)")
    return token
  }

  private func send(_ path: String, _ body: JSONValue) async throws -> RESTClient.Answer {
    try await anonymous.send("POST", "/api/v1/\(path)", body)
  }
}

extension RESTClient {
  /// One request, whatever comes back.
  func send(_ method: String, _ path: String, _ body: JSONValue) async throws -> Answer {
    try await send(method, path, Data(body.text.utf8))
  }

  func signedIn(
    _ email: String, _ password: String, otp: String? = nil
  ) async throws -> RESTClient {
    var body: [JSONValue.Member] = [
      .init("email", .string(email)), .init("password", .string(password)),
    ]
    if let otp { body.append(.init("otp", .string(otp))) }
    let session = try await post("/api/v1/auth/login/", .object(body))
    return RESTClient(url: url, access: try #require(session["access"]?.string))
  }
}
