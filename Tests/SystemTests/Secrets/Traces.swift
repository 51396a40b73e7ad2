import Foundation
import Glibc
import JSON
import Testing

extension RunningSystem {
  /// Fails when a secret stands in a log, a metric, the database or Redis of this system.
  /// - Parameter files: others in which none may stand.
  func expectNoSecretsKept(nor files: [URL] = []) throws {
    let own = try ownSecrets()
    let logs = try logFiles()
    let told = try SecretWatch.shared.findings(in: logs, more: own)
    #expect(told.isEmpty, "in logs:\n\(told.joined(separator: "\n"))")
    let dumps = try [metrics(), database(), redis()]
    defer { for file in dumps { try? FileManager.default.removeItem(at: file) } }
    let kept = try SecretWatch.shared.findings(in: dumps + files, more: own)
    #expect(kept.isEmpty, "at rest:\n\(kept.joined(separator: "\n"))")
  }

  /// What the services were started with: passwords, keys.
  private func ownSecrets() throws -> [String: String] {
    var own: [String: String] = [:]
    for member in try secrets().members {
      for part in (member.value.string ?? "").split(separator: ":") where part.utf8.count > 7 {
        own[String(part)] = "secret `\(member.name)` of the system"
      }
    }
    for (name, value) in environment where Self.speaksOfSecrets(name) {
      for part in value.split(separator: ",") { own[String(part)] = name }
    }
    return own
  }

  private static func speaksOfSecrets(_ name: String) -> Bool {
    ["KEY", "SECRET", "PASSWORD"].contains { name.contains($0) } && !name.contains("PUBLISHABLE")
  }

  private func kept(_ name: String) -> URL { folder.appending(path: "kept-\(name)") }

  private func metrics() throws -> URL {
    let addresses = Self.services.compactMap { try? state()["services"]?[$0]?["admin"]?.string }
    let pages = try addresses.map {
      try Self.output(of: "curl", ["-sf", "http://\($0)/metrics"], allowed: [0])
    }
    #expect(pages.count == Self.services.count && pages.allSatisfy { $0.contains("# TYPE") })
    let file = kept("metrics")
    try pages.joined().write(to: file, atomically: true, encoding: .utf8)
    return file
  }

  /// All rows of all schemas as text.
  private func database() throws -> URL {
    let folders = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")
    let newest = try #require(folders.compactMap { Int($0) }.max())
    let address = try #require(try state()["postgres"]?.string)
    let file = kept("rows")
    _ = try Self.output(
      of: "/usr/lib/postgresql/\(newest)/bin/pg_dump",
      ["--data-only", "--file", file.path, "--dbname", address], allowed: [0])
    return file
  }

  /// All that Redis holds, not compressed.
  private func redis() throws -> URL {
    let address = try #require(try state()["redis"]?.string)
    for command in [["CONFIG", "SET", "rdbcompression", "no"], ["SAVE"]] {
      _ = try Self.output(of: "redis-cli", ["-u", address] + command, allowed: [0])
    }
    let file = kept("redis")
    try? FileManager.default.removeItem(at: file)
    try FileManager.default.copyItem(at: folder.appending(path: "redis/dump.rdb"), to: file)
    return file
  }

  /// Runs a program to its end and gives what it wrote.
  /// - Parameter allowed: exit codes that are no failure.
  static func output(
    of program: String, _ arguments: [String], allowed: [Int32],
    environment: [String: String]? = nil
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    if let environment { process.environment = environment }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let text = String(decoding: said, as: UTF8.self)
    guard allowed.contains(process.terminationStatus) else {
      throw Trouble(description: "\(program): \(process.terminationStatus) \(text.prefix(500))")
    }
    return text
  }
}
