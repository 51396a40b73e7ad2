import AuthContract
import Events
import Kernel
import Mail
import Postgres
import RPC
import RPCTestKit
import Synchronization
import TestKit
import Testing

@testable import AuthService

/// Keeps mails, unless it is told to fail.
final class MailerStandIn: Mailer {
  struct State: Sendable {
    var mails: [MailMessage] = []
    /// What the next tries come to; a mail is kept before a failure that is `sent`.
    var failures: [(failure: MailFailure, isSent: Bool)] = []
  }

  let state = Mutex(State())

  var mails: [MailMessage] { state.withLock { $0.mails } }

  func send(_ mail: MailMessage) async throws(MailFailure) {
    let failure = state.withLock { state -> MailFailure? in
      let next = state.failures.isEmpty ? nil : state.failures.removeFirst()
      if next?.isSent != false { state.mails.append(mail) }
      return next?.failure
    }
    if let failure { throw failure }
  }
}

extension AuthWorld {
  var identity: IdentityClient { IdentityClient(InProcessTransport(service.routes)) }

  /// Has a relay deliver what waits in the outbox for this service, until nothing does.
  func deliver() async throws {
    let handlers = service.outboxHandlers.filter { $0.key != CreditAccounts.openKind }
    var settings = RelaySettings()
    settings.backoff = Backoff(base: .milliseconds(1), limit: .milliseconds(5))
    settings.poll = .milliseconds(5)
    let relay = OutboxRelay(
      database: database, redis: nil, handlers: handlers, settings: settings, time: RealTime(),
      chance: SeededChance(seed: 1), log: quietLog)
    let running = Task { await relay.run() }
    let waiting = """
      SELECT count(*) FROM outbox WHERE route = 'call' AND done_at IS NULL AND parked_at IS NULL
        AND kind <> '\(CreditAccounts.openKind)'
      """
    while try await number(waiting) > 0 { try await RealTime().sleep(for: .milliseconds(5)) }
    running.cancel()
    await running.value
  }

  /// The token in the latest mail to an address.
  func mailedToken(to email: String = "ada@lovelace.example") throws -> String {
    let mail = try #require(mailer.mails.last { $0.to == email && $0.text.contains("/#") })
    let rest = try #require(mail.text.split(separator: "#").dropFirst().first)
    return String(rest.prefix { !$0.isWhitespace })
  }

  func count(mails subject: String) -> Int { mailer.mails.count { $0.subject == subject } }

  func audited(_ action: String) async throws -> Int64 {
    try await number("SELECT count(*) FROM audit_log WHERE action = '\(action)'")
  }

  func refresh(_ token: String) async throws -> Auth.Tokens {
    try await auth.refresh(Auth.RefreshRequest(refresh: token), anonymous)
  }
}
