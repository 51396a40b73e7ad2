import Glibc
import Kernel

/// `simulate [seed] [operations] [--trace] [--sabotage=NAME]`: runs one simulation and says what
/// came of it.
package struct SimulateCommand {
  private static let operations = 1_000_000

  private let arguments: [String]

  package init(_ arguments: [String]) { self.arguments = arguments }

  /// The exit code: 0 when everything was as it must be, 1 when not, 2 for wrong arguments.
  package func run() -> Int32 {
    guard let plan else {
      print("usage: simulate [seed] [operations] [--trace] [--sabotage=NAME]")
      print("       NAME: \(Sabotage.allCases.map(\.rawValue).joined(separator: ", "))")
      return 2
    }
    print("seed \(plan.seed), \(plan.operations) operations")
    // A run that crashes says at least which one it was.
    fflush(nil)
    let isTraced = arguments.contains("--trace")
    let show: @Sendable (String) -> Void = { print($0) }
    let simulation = Simulation(plan, print: isTraced ? show : nil)
    simulation.run()
    report(simulation)
    return simulation.journal.violation == nil ? 0 : 1
  }

  private var plan: SimulationPlan? {
    let numbers = arguments.filter { !$0.hasPrefix("--") }
    guard numbers.count <= 2 else { return nil }
    let operations = numbers.count > 1 ? Int(numbers[1]) : Self.operations
    let seed = numbers.isEmpty ? Self.anySeed() : UInt64(numbers[0])
    var sabotage: Sabotage?
    for option in arguments where option.hasPrefix("--") && option != "--trace" {
      guard option.hasPrefix("--sabotage="),
        let known = Sabotage(rawValue: String(option.dropFirst("--sabotage=".count)))
      else { return nil }
      sabotage = known
    }
    guard let seed, let operations, operations > 0 else { return nil }
    return SimulationPlan(seed: seed, operations: operations, sabotage: sabotage)
  }

  private static func anySeed() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(now.tv_nsec)
  }

  private func report(_ simulation: Simulation) {
    let journal = simulation.journal
    if journal.violation != nil { journal.tail.forEach { print($0) } }
    for (name, number) in simulation.figures { print("\(name): \(number)") }
    print("operations: \(journal.operations)")
    print("virtual time: \(simulation.virtualTime)")
    print("hash: \(journal.hash)")
    guard let violation = journal.violation else { return print("everything as it must be") }
    print("VIOLATED after \(journal.operations) operations: \(violation)")
    print("again: ./dev sim \(simulation.plan.seed) \(simulation.plan.operations)")
  }
}

/// Begins the process anew with hashes that are the same in every run, unless they are already: the
/// order of sets and dictionaries in the product's code is part of a run.
package func repeatHashesEveryRun() {
  let name = "SWIFT_DETERMINISTIC_HASHING"
  guard getenv(name) == nil else { return }
  setenv(name, "1", 1)
  execv("/proc/self/exe", CommandLine.unsafeArgv)
  perror("simulate: cannot begin anew")
  exit(2)
}

extension Simulation {
  /// What happened, for the report.
  package var figures: [(String, Int)] {
    judge.summary + journal.figures.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Simulated time that passed.
  package var virtualTime: Duration { loop.now }
}
