import Cryptography
import Foundation
import JSON
import Synchronization

/// Remembers every secret that a client of these tests has sent or was given, and finds them where
/// they must not be.
final class SecretWatch: Sendable {
  static let shared = SecretWatch()
  /// Shorter ones would be found by chance.
  private static let shortest = 8
  private static let longestNeedle = 20

  private let secrets = Mutex<[String: String]>([:])

  /// - Parameter what: how a failure calls it.
  func note(_ secret: String, _ what: String) {
    // `sk-…6789` is shown to its owner.
    guard secret.utf8.count >= Self.shortest, !secret.contains("…") else { return }
    secrets.withLock { $0[secret] = what }
  }

  /// Notes what a body says under the names of secret fields, at any depth.
  func note(_ body: JSONValue, under names: Set<String>, _ what: String) {
    for member in body.members {
      if names.contains(member.name) {
        for text in [member.value.string].compactMap({ $0 }) + member.value.strings {
          note(text, "\(member.name) of \(what)")
        }
      }
      note(member.value, under: names, what)
    }
    for element in body.array ?? [] { note(element, under: names, what) }
  }

  var count: Int { secrets.withLock { $0.count } }

  /// What is found of the secrets in files, also of their beginnings and ends and as they look in a
  /// URL, in base64 or in hexadecimal digits.
  /// - Parameter more: secrets besides those noted.
  func findings(in files: [URL], more: [String: String] = [:]) throws -> [String] {
    let known = secrets.withLock { $0 }.merging(more) { first, _ in first }
    var needles: [String: String] = [:]
    for (secret, what) in known {
      for needle in Self.needles(of: secret) { needles[needle] = what }
    }
    let list = FileManager.default.temporaryDirectory.appending(
      path: "igny8-needles-\(UUID().uuidString)")
    try needles.keys.joined(separator: "\n").write(to: list, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: list) }
    let found = try RunningSystem.output(
      of: "grep", ["-a", "-o", "-F", "-H", "-f", list.path, "--"] + files.map(\.path),
      allowed: [0, 1])
    return Set(found.split(separator: "\n")).map { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      let needle = parts.count > 1 ? String(parts[1]) : ""
      return "\(parts[0]): \(needles[needle] ?? "?"), \(needle)"
    }.sorted()
  }

  private static func needles(of secret: String) -> Set<String> {
    let (head, tail) = (secret.prefix(longestNeedle), secret.suffix(longestNeedle))
    var needles: Set = [String(head), String(tail)]
    let bytes = Array(secret.utf8)
    // Without what depends on the bytes that follow.
    needles.insert(String(Base64.encode(bytes, padding: false).dropLast(2)))
    needles.insert(Hex.encode(Array(bytes.prefix(longestNeedle))))
    for part in [head, tail] {
      if let escaped = part.addingPercentEncoding(withAllowedCharacters: .alphanumerics) {
        needles.insert(escaped)
      }
      needles.insert(String(JSONValue.string(String(part)).text.dropFirst().dropLast()))
    }
    return needles.filter { $0.utf8.count >= shortest && !$0.contains("\n") }
  }
}
