import Foundation

/// A run of the program `simulate`, as a process of its own: its hashes are the same in every run,
/// and one that crashes takes nobody along.
struct RunOfSimulation {
  let output: String
  let status: Int32

  static func run(_ arguments: String...) throws -> RunOfSimulation {
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "simulate")
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return RunOfSimulation(
      output: String(decoding: bytes, as: UTF8.self), status: process.terminationStatus)
  }

  /// The end of what it said, for a failure's text.
  var tail: String { output.split(separator: "\n").suffix(30).joined(separator: "\n") }

  /// A figure of its report.
  func figure(_ name: String) -> Int? {
    for line in output.split(separator: "\n") where line.hasPrefix("\(name): ") {
      return Int(line.dropFirst(name.count + 2))
    }
    return nil
  }
}
