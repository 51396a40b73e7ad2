import Foundation
import Kernel
import Postgres
import TestKit

/// pgbench, the peer of everything that talks to Postgres: on the same server, in the same run.
package struct PGBench: Sendable {
  /// What a run brought; CPU is the client's own, for one transaction.
  package struct Figure: Sendable {
    package let perSecond: Double
    package let cpuMicroseconds: Double

    package init(perSecond: Double, cpuMicroseconds: Double) {
      (self.perSecond, self.cpuMicroseconds) = (perSecond, cpuMicroseconds)
    }
  }

  /// libpq's `key=value` form.
  private let connection: String
  private let program: String

  /// - Parameter searchPath: the schema that the scripts' tables are in.
  package init(_ world: TestDatabase, searchPath: String) {
    connection = "\(world.settings.description) options='-c search_path=\(searchPath)'"
    program = Self.newest()
  }

  /// The program itself: what lies on the PATH may be a script around it.
  private static func newest() -> String {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    let found = versions.filter {
      FileManager.default.isExecutableFile(atPath: "\(root)/\($0)/bin/pgbench")
    }
    return found.max { (Int($0) ?? 0) < (Int($1) ?? 0) }.map { "\(root)/\($0)/bin/pgbench" }
      ?? "pgbench"
  }

  /// Runs a script again and again, with prepared statements, from so many sessions.
  /// - Throws: `Child.Failed`.
  package func run(_ script: String, clients: Int, seconds: Int) throws -> Figure {
    let file = NSTemporaryDirectory() + "/igny8-bench-\(getpid()).sql"
    try script.write(toFile: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file) }
    let command = [program, "-n", "-M", "prepared", "-c", "\(clients)", "-j", "1", "-f", file]
    // Its clock runs while it connects.
    let connecting = try ContinuousClock().measure {
      _ = try Child.run(command + ["-t", "1", connection])
    }
    let duration = seconds + Int(connecting.inSeconds.rounded(.up))
    let child = try Child.run(command + ["-T", "\(duration)", connection])
    let lines = child.output.split(separator: "\n")
    func number(_ prefix: String) -> Double {
      let line = lines.first { $0.hasPrefix(prefix) }
      let word = line?.dropFirst(prefix.count).split { " /".contains($0) }.first
      return word.flatMap { Double($0) } ?? 0
    }
    let count = number("number of transactions actually processed: ")
    guard count > 0, number("number of failed transactions: ") == 0 else {
      throw Child.Failed(description: child.output)
    }
    return Figure(
      perSecond: number("tps = "), cpuMicroseconds: child.cpuSeconds / count * 1_000_000)
  }
}
