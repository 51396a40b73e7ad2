import Foundation
import Glibc
import JSON
import Testing

/// The same secrets in requests that fail.
extension SecretJourney {
  /// Every route that takes a secret, with bodies that are none.
  func malformed() async throws {
    for path in [
      "auth/register/", "auth/login/", "auth/refresh/", "auth/logout/", "auth/verify-email/",
      "auth/password-reset/confirm/", "auth/invitations/accept/", "auth/change-password/",
      "auth/two-factor/setup/", "auth/two-factor/disable/", "account/erasure/", "auth/users/",
      "system/settings/integrations/openai/",
    ] {
      let verb = path.contains("integrations") ? "PUT" : "POST"
      let secret = "Secret-in-a-bad-body-\(UUID().uuidString)"
      SecretWatch.shared.note(secret, "a malformed body for \(path)")
      for (body, kind) in Self.bodies(with: secret) {
        for client in [anonymous, staff] {
          let answer = try await client.send(verb, "/api/v1/\(path)", Data(body.utf8), kind: kind)
          #expect(answer.status < 500, "\(path): \(answer.status) for \(body.prefix(200))")
        }
      }
    }
  }

  /// Every name of a secret with a value.
  private static func members(_ value: () -> String) -> String {
    SecretNames.all.sorted().map { "\"\($0)\":\(value())" }.joined(separator: ",")
  }

  private static func bodies(with secret: String) -> [(text: String, kind: String)] {
    let long = String(repeating: secret, count: 200)
    let members = Self.members { "\"\(secret)\"" }
    let json = [
      "{\(members)", "{\(members)}x", "{\(members),}", "{\(members.replacing(":", with: " "))}",
      "{\"email\":\"a@b.example\",\(Self.members { "[\"\(secret)\"]" })}",
      "{\(Self.members { "{\"\(secret)\":1}" })}", "\"\(secret)\"",
      "{\"email\":\"\(secret)\",\"\(secret)\":\"\(secret)\"}",
      "{\(Self.members { "\"\(secret)\\u0000\"" })}", "{\(Self.members { "\"\(long)\"" })}",
    ]
    return json.map { ($0, "application/json") } + [
      ("password=\(secret)&token=\(secret)", "application/x-www-form-urlencoded"),
      (secret, "text/plain"), (secret, "application/json; charset=utf-16"),
    ]
  }

  /// Services and stores that go away while secrets are on their way.
  func faults() async throws {
    let password = "Secret-of-a-time-of-trouble-1"
    SecretWatch.shared.note(password, "a request while services were away")
    let (email, anonymous) = (email, anonymous)
    for (name, pid, signal) in [
      ("auth", system.pid(of: "auth"), SIGKILL), ("billing", system.pid(of: "billing"), SIGKILL),
      ("postgres", system.pid(ofStore: "postgres"), SIGINT),
      ("redis", system.pid(ofStore: "redis"), SIGKILL), ("edge", system.pid(of: "edge"), SIGKILL),
    ] {
      let pid = try #require(pid, "\(name) does not run")
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            let name = "\(UUID().uuidString)@igny8.example"
            _ = try? await anonymous.send(
              "POST", "/api/v1/auth/register/",
              ["email": .string(name), "password": .string(password)])
          }
        }
        group.addTask {
          _ = try? await anonymous.send(
            "POST", "/api/v1/auth/password-reset/", ["email": .string(email)])
        }
        try? await Task.sleep(for: .milliseconds(60))
        _ = kill(pid, signal)
      }
    }
    _ = try await staff.get("/api/v1/auth/sites/")
    try await Task.sleep(for: .milliseconds(500))
  }
}
