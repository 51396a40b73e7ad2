import Foundation
import Kernel
import Logging
import Synchronization
import TestKit
import Testing

@testable import Telemetry

/// Keeps the lines of a log.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  var output: LogOutput {
    LogOutput { line in self.lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
  }

  var all: [String] { lines.withLock { $0 } }

  /// The last line as JSON.
  func last() throws -> [String: Any] {
    let line = try #require(all.last)
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
    return try #require(object as? [String: Any])
  }
}

@Suite("JSON logs")
struct JSONLogTests {
  let lines = Lines()
  var log: Logger {
    Logger(service: "planner", level: .debug, time: ManualTime(), output: lines.output)
  }

  @Test("a line is one JSON object with its time, level, service and message")
  func line() throws {
    log.info("hello", metadata: ["account": "7", "sites": [1, 2].asMetadata])
    let line = try lines.last()
    #expect(line["time"] as? String == "2026-01-01T00:00:00Z")
    #expect(line["level"] as? String == "info")
    #expect(line["service"] as? String == "planner")
    #expect(line["message"] as? String == "hello")
    #expect(line["account"] as? String == "7")
    #expect(line["sites"] as? [String] == ["1", "2"])
    #expect(lines.all.last?.hasSuffix("}\n") == true)
  }

  @Test("every character survives, and no value breaks the line")
  func escaping() throws {
    let text = "\"quoted\" \\ back\nline\r\ttab \u{0}\u{1f} ü 🐎 \u{2028}"
    log.info("\(text)", metadata: ["na\"me": "\(text)"])
    let line = try lines.last()
    #expect(line["message"] as? String == text)
    #expect(line["na\"me"] as? String == text)
    #expect(lines.all.last?.dropLast().contains("\n") == false)
  }

  @Test(
    "values under telling names are masked, at any depth",
    arguments: [
      "password", "new_password", "resetToken", "x-api-key", "Authorization", "secret", "cookie",
      "API_KEY", "apiKey", "access_token", "credentials",
    ])
  func masking(name: String) throws {
    log.info("x", metadata: ["\(name)": "hunter2", "in": ["\(name)": ["deep": "hunter2"]]])
    #expect(lines.all.last?.contains("hunter2") == false)
    #expect(try lines.last()[name] as? String == "***")
  }

  @Test(
    "names that only look like such are not masked",
    arguments: ["keyword", "monkey", "tokenizer_name", "account", "passwordless"])
  func innocent(name: String) throws {
    log.info("x", metadata: ["\(name)": "seen"])
    #expect(try lines.last()[name] as? String == "seen")
  }

  @Test("below the level nothing is written, and metadata of the logger is on every line")
  func levels() throws {
    var log = log
    log.logLevel = .warning
    log[metadataKey: "request_id"] = "r1"
    log.info("not seen")
    #expect(lines.all.isEmpty)
    log.warning("seen", metadata: ["request_id": "r2"])
    #expect(try lines.last()["request_id"] as? String == "r2")
    log.error("seen too")
    #expect(try lines.last()["request_id"] as? String == "r1")
  }

  @Test("metadata cannot forge the line's own names")
  func reserved() throws {
    log.info("true", metadata: ["level": "forged", "message": "forged"])
    let line = try lines.last()
    #expect(line["level"] as? String == "info")
    #expect(line["message"] as? String == "true")
    #expect(line["metadata_level"] as? String == "forged")
  }

  @Test("an error goes by its name, whether given as such or as metadata")
  func errors() throws {
    log.error("failed", error: RedactedError(), metadata: ["account": "7"])
    #expect(try lines.last()["error"] as? String == "RedactedError()")
    #expect((try lines.last()["source"] as? String)?.contains("JSONLogTests.swift:") == true)
    log.warning("failed", metadata: ["error": "it broke"])
    #expect(try lines.last()["error"] as? String == "it broke")
  }
}

private struct RedactedError: Error {}

extension [Int] {
  fileprivate var asMetadata: Logger.Metadata.Value { .array(map { .stringConvertible($0) }) }
}
