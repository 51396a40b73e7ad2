import AsyncHTTPClient
import Foundation
import JSON

/// The seven services as processes of their own, with their stores, in a folder of their own:
/// started by the same supervisor as `./dev up`, with the executables that this build made.
struct RunningSystem {
  let url: String
  let staffEmail: String
  let staffPassword: String
  let folder: URL
  /// What the services were given besides what `./dev up` gives them.
  let environment: [String: String]

  static let services = [
    "auth", "planner", "writer", "billing", "automation", "integration", "edge",
  ]

  struct Trouble: Error, CustomStringConvertible { let description: String }

  /// - Parameter environment: for every service, besides what `./dev up` gives it.
  static func start(environment: [String: String] = [:]) throws -> RunningSystem {
    let name = "igny8-system-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)"
    let folder = URL(fileURLWithPath: "/tmp").appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let binaries = Self.binaries
    for service in services
    where !FileManager.default.isExecutableFile(atPath: binaries.appending(path: service).path) {
      throw Trouble(description: "\(service) is not built: `swift build` first")
    }
    let settings = environment.flatMap { ["--env", "\($0.key)=\($0.value)"] }
    try system(["up", "--binaries", binaries.path] + settings, in: folder)
    let state = try Self.state(in: folder)
    guard let url = state["url"]?.string, let developer = state["developer"],
      let email = developer["email"]?.string, let password = developer["password"]?.string
    else { throw Trouble(description: "state.json is not as it should be: \(state.text)") }
    return RunningSystem(
      url: url, staffEmail: email, staffPassword: password, folder: folder,
      environment: environment)
  }

  func stop() {
    try? Self.system(["down"], in: folder)
    try? FileManager.default.removeItem(at: folder)
  }

  /// The process of a service at this moment; nil while it is being started again.
  func pid(of service: String) -> Int32? {
    guard let state = try? Self.state(in: folder) else { return nil }
    return (state["services"]?[service]?["pid"]?.int).map(Int32.init)
  }

  /// Waits until all services are ready, but not for ever.
  func settle() async {
    for _ in 0..<200 where !Task.isCancelled {
      if await isReady() { return }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  private func isReady() async -> Bool {
    for service in Self.services {
      guard let admin = (try? state())?["services"]?[service]?["admin"]?.string,
        let answer = try? await Wire.send(
          HTTPClientRequest(url: "http://\(admin)/readyz"), within: .seconds(2)),
        answer.status == 200
      else { return false }
    }
    return true
  }

  /// The process of a store (`postgres` or `redis`).
  func pid(ofStore store: String) -> Int32? {
    guard let programs = try? Self.read("supervisor.json", in: folder)["programs"] else {
      return nil
    }
    return (programs[store]?["pid"]?.int).map(Int32.init)
  }

  /// What is kept for this system alone: passwords of the database, keys.
  func secrets() throws -> JSONValue { try Self.read("secrets.json", in: folder) }

  func state() throws -> JSONValue { try Self.state(in: folder) }

  /// Every log, and what the programs said that wrote none.
  func logFiles() throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: folder.appending(path: "logs"), includingPropertiesForKeys: nil)
  }

  /// The mails so far, oldest first.
  func mails() -> [Mail] {
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder.appending(path: "mail"), includingPropertiesForKeys: [.contentModificationDateKey])
    return (files ?? []).filter { $0.pathExtension == "eml" }.compactMap(Mail.init(file:))
      .sorted { $0.date < $1.date }
  }

  /// The token of the latest mail to somebody whose link leads to a page of the web app, once there
  /// is one.
  func token(for page: String, to address: String) async throws -> String {
    for _ in 0..<900 {
      let mail = mails().last {
        $0.header("to")?.contains(address) == true && $0.text.contains("/\(page)/#")
      }
      if let token = mail?.token { return token }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw Trouble(description: "no mail for \(page) to \(address)")
  }

  /// The last lines of every log, for a failure's text.
  func logs(lines: Int = 5) -> String {
    Self.services.map { service in
      let path = folder.appending(path: "logs/\(service).log").path
      let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "(no log)"
      return "--- \(service)\n" + text.split(separator: "\n").suffix(lines).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  /// Where this build put the executables: beside the bundle of the tests.
  static var binaries: URL {
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    return program.deletingLastPathComponent()
  }

  static var repository: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  private static func state(in folder: URL) throws -> JSONValue {
    try read("state.json", in: folder)
  }

  private static func read(_ name: String, in folder: URL) throws -> JSONValue {
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    return try JSONValue(parsing: text)
  }

  private static func system(_ arguments: [String], in folder: URL) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let script = repository.appending(path: "Tests/Dev/system.py").path
    process.arguments = ["python3", "-B", script] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["IGNY8_DEV_STATE": folder.path]
    ) { _, new in new }
    let output = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Trouble(description: String(decoding: said, as: UTF8.self))
    }
  }
}
