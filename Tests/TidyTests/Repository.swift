import Foundation

/// A file as the checks see it: its path below the repository's root, and its text.
struct SourceFile: Sendable {
  let path: String
  let text: String

  var name: Substring { path.split(separator: "/").last ?? "" }
  var isSwift: Bool { path.hasSuffix(".swift") }
  /// Written by the generator; nobody reads it line by line.
  var isGenerated: Bool { path.hasPrefix("Shared/Contracts/") || path.hasSuffix(".pb.swift") }
  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
}

/// What a check has to say, where.
struct Violation: Hashable, CustomStringConvertible, Sendable {
  let path: String
  var line: Int?
  let what: String

  var description: String { line.map { "\(path):\($0): \(what)" } ?? "\(path): \(what)" }
}

/// The checkout that these tests belong to.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Paths of everything that git tracks or would track.
  static let paths: [String] = {
    let listed = git("ls-files", "--cached", "--others", "--exclude-standard")
    return listed.filter { FileManager.default.fileExists(atPath: root.path + "/" + $0) }
  }()

  static let trackedPaths = git("ls-files", "--cached")

  /// Everything that is text.
  static let files: [SourceFile] = paths.compactMap { path in
    guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else {
      return nil
    }
    return SourceFile(path: path, text: text)
  }

  /// Swift written by hand, taken apart once for all checks.
  static let swift: [SwiftText] = files.filter { $0.isSwift && !$0.isGenerated }.map(SwiftText.init)

  static let manifest = files.first { $0.path == "Package.swift" }?.text ?? ""

  private static func git(_ arguments: String...) -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-c", "safe.directory=*", "-C", root.path] + arguments
    let output = Pipe()
    process.standardOutput = output
    guard (try? process.run()) != nil else { return [] }
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
