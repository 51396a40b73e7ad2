import Foundation
import Postgres
import TestKit

/// pgbench, the peer of everything that talks to Postgres: on the same server, in the same run.
package struct PGBench: Sendable {
  /// What a run brought; CPU is the client's own, for one transaction.
  package struct Figure: Sendable {
    package let perSecond: Double
    package let cpuMicroseconds: Double
    /// How long it ran.
    package let seconds: Double
    /// Processor time of the whole server for one transaction; 0 where nobody asked.
    package let serverMicroseconds: Double

    package init(
      perSecond: Double, cpuMicroseconds: Double, seconds: Double, serverMicroseconds: Double = 0
    ) {
      (self.perSecond, self.cpuMicroseconds) = (perSecond, cpuMicroseconds)
      (self.seconds, self.serverMicroseconds) = (seconds, serverMicroseconds)
    }
  }

  /// libpq's `key=value` form.
  private let connection: String
  private let program: String
  private let server: pid_t?

  /// - Parameters:
  ///   - searchPath: the schema that the scripts' tables are in.
  ///   - keepsPlans: Postgres plans as our sessions ask it to, not by its own rule.
  ///   - server: the server's first process, for its processor time.
  package init(
    _ world: TestDatabase, searchPath: String, keepsPlans: Bool = false, server: pid_t? = nil
  ) {
    self.server = server
    let own = keepsPlans ? DatabaseSettings.planning : []
    let options = ([("search_path", searchPath)] + own).map { "-c \($0)=\($1)" }
    connection = "\(world.settings.description) options='\(options.joined(separator: " "))'"
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

  /// Runs a script again and again for about so long, with prepared statements, from so many
  /// sessions.
  /// - Throws: `Child.Failed`.
  package func run(_ script: String, clients: Int, seconds: Int) throws -> Figure {
    let file = NSTemporaryDirectory() + "/igny8-bench-\(getpid()).sql"
    try script.write(toFile: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file) }
    // By count, since the clock of pgbench runs while it connects.
    var figure = try run(file: file, clients: clients, each: Self.trial)
    for _ in 0..<3 where figure.seconds < Double(seconds) / 2 {
      let each = Int(figure.perSecond * Double(seconds)) / clients
      figure = try run(file: file, clients: clients, each: max(2 * Self.trial, each))
    }
    return figure
  }

  /// Transactions of a client in the run that tells how many take about the time asked for.
  private static let trial = 20

  private func run(file: String, clients: Int, each: Int) throws -> Figure {
    let begin = server.map { ProcessorTime.family(of: $0) }
    let child = try Child.run([
      program, "-n", "-M", "prepared", "-c", "\(clients)", "-j", "1", "-t", "\(each)", "-f", file,
      connection,
    ])
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
    let rate = number("tps = ")
    let spent = server.map { ProcessorTime.family(of: $0) - (begin ?? 0) } ?? 0
    return Figure(
      perSecond: rate, cpuMicroseconds: child.cpuSeconds / count * 1_000_000,
      seconds: count / rate, serverMicroseconds: spent / count * 1_000_000)
  }
}
