import Foundation
import JSON
import PaymentKit
import Testing

/// What is secret is in the request or the answer that carries it, and nowhere else.
@Suite("secrets", .serialized, .timeLimit(.minutes(10)))
struct SecretsTests {
  @Test("no secret that went in or came out is in a log, at any level and whatever failed")
  func journey() async throws {
    let double = try await ProviderDouble.start()
    let payments = Payments(double: double)
    let system = try RunningSystem.start(
      environment: payments.environment.merging([
        "IGNY8_LOG_LEVEL": "trace", "IGNY8_DEBUG": "true", "IGNY8_AI_TRIES": "1",
        "IGNY8_OUTBOUND_ALLOW": "127.0.0.1:\(double.port)",
      ]) { first, _ in first })
    defer { system.stop() }
    let journey = try await SecretJourney.begin(on: system, payments)
    try await journey.signIn()
    try await journey.passwords()
    try await journey.secondFactor()
    try await journey.people()
    try await journey.siteKeys()
    try await journey.providerKeys()
    try await journey.stripe()
    try await journey.payPal()
    let archive = try await journey.archive()
    try await journey.malformed()
    try await journey.faults()
    try await journey.erasure()
    #expect(SecretWatch.shared.count > 40)
    try expectSeen(journey.canary, in: system)
    try system.expectNoSecretsKept(nor: archive)
    await double.stop()
  }

  /// What is looked for in the same way and must be found: the search does search.
  private func expectSeen(_ canary: String, in system: RunningSystem) throws {
    let found = try SecretWatch.shared.findings(in: system.logFiles(), more: [canary: "canary"])
    #expect(found.contains { $0.contains("canary") })
  }

  @Test("a setting that is wrong is named without its value", arguments: RunningSystem.services)
  func settings(service: String) throws {
    let wrong = [
      "IGNY8_CONTEXT_KEY": "zz-context-key-that-is-none",
      "IGNY8_SECRETS_KEYS": "k1:zz-sealing-key-that-is-none",
      "IGNY8_DATABASE_URL": "postgres//igny8:zz-password-of-a-url@nowhere",
      "IGNY8_DATABASE_DIRECT_URL": "postgres//igny8:zz-password-of-another@nowhere",
      "IGNY8_REDIS_URL": "redis//:zz-password-of-redis@nowhere",
      "IGNY8_SMTP_URL": "smtp//post:zz-password-of-smtp@nowhere",
      "IGNY8_STAFF_PASSWORD": "zz-password-of-staff",
      "IGNY8_STRIPE_SECRET_KEY": "zz-stripe-secret-key",
      "IGNY8_PAYPAL_SECRET": "zz-paypal-secret", "IGNY8_RPC_PORT": "none",
    ]
    let program = RunningSystem.binaries.appending(path: service).path
    // The edge has no schema.
    for arguments in service == "edge" ? [[]] : [[], ["migrate"]] {
      let said = try RunningSystem.output(
        of: program, arguments, allowed: Array(1...255), environment: wrong)
      #expect(said.contains("IGNY8_"), "\(said)")
      #expect(!said.contains("zz-"), "\(said)")
    }
  }
}
