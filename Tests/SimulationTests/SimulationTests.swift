import Foundation
import SimulationKit
import Testing

@Suite("Simulation")
struct SimulationTests {
  /// Of both seeds together; continuous integration asks for a million.
  private static let operations =
    ProcessInfo.processInfo.environment["IGNY8_SIMULATION_OPERATIONS"].flatMap { Int($0) } ?? 60_000

  @Test(
    "whatever dies, stalls and gets lost: nothing is lost and nothing happens twice",
    arguments: [20_261_121, 42])
  func everythingHolds(_ seed: Int) throws {
    let operations = Self.operations / 2
    let run = try RunOfSimulation.run("\(seed)", "\(operations)")
    #expect(run.status == 0, "\(run.tail)")
    #expect(run.figure("kills") ?? 0 > operations / 600, "\(run.tail)")
    #expect(run.figure("jobs succeeded") ?? 0 > operations / 50, "\(run.tail)")
    #expect(run.figure("holds captured") ?? 0 > operations / 80, "\(run.tail)")
  }

  @Test("the same seed is the same run, line by line")
  func replays() throws {
    let first = try RunOfSimulation.run("7", "4000", "--trace")
    let second = try RunOfSimulation.run("7", "4000", "--trace")
    #expect(first.status == 0, "\(first.tail)")
    #expect(first.output == second.output)
    #expect(first.output.split(separator: "\n").count > 4_000)
  }

  @Test("another seed is another run")
  func differs() throws {
    let first = try RunOfSimulation.run("8", "2000")
    let second = try RunOfSimulation.run("9", "2000")
    #expect(first.output != second.output)
  }

  @Test(
    "a fault built into the store is found, and the run says how to repeat it",
    arguments: Sabotage.allCases)
  func findsSabotage(_ sabotage: Sabotage) throws {
    // Some faults need a coincidence that not every seed brings.
    for seed in [11, 12, 6, 4] {
      let run = try RunOfSimulation.run("\(seed)", "30000", "--sabotage=\(sabotage.rawValue)")
      if run.status == 0 { continue }
      #expect(run.status == 1, "\(run.tail)")
      #expect(run.output.contains("VIOLATED"), "\(run.tail)")
      #expect(run.output.contains("again: ./dev sim \(seed) 30000"), "\(run.tail)")
      return
    }
    Issue.record("\(sabotage.rawValue) was not found")
  }

  @Test("wrong arguments are refused", arguments: ["--nothing", "x", "1 2 3"])
  func refuses(_ arguments: String) throws {
    let words = arguments.split(separator: " ").map(String.init)
    #expect(SimulateCommand(words).run() == 2)
  }
}
