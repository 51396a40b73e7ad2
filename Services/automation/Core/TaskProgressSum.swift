/// How far a task with several items is, from how far each of its items is.
package struct TaskProgressSum: Sendable, Equatable {
  /// Phases in their order.
  package static let phases = ["INIT", "PREP", "AI_CALL", "PARSE", "SAVE", "DONE"]

  private var percentages: [Int]
  private var phaseOf: [String]

  package init(items: Int) {
    percentages = Array(repeating: 0, count: items)
    phaseOf = Array(repeating: "INIT", count: items)
  }

  /// An item has come so far; a step back is not taken.
  package mutating func note(_ item: Int, phase: String, percentage: Int) {
    guard percentages.indices.contains(item), percentage >= percentages[item] else { return }
    percentages[item] = min(100, percentage)
    phaseOf[item] = phase
  }

  /// Mean of all items, 0–99: a hundred is for the task's own end.
  package var percentage: Int {
    guard !percentages.isEmpty else { return 0 }
    return min(99, percentages.reduce(0, +) / percentages.count)
  }

  /// The phase of the item that is furthest behind among those under way.
  package var phase: String {
    let underWay = phaseOf.filter { $0 != "INIT" && $0 != "DONE" }
    if let phase = underWay.min(by: { Self.rank($0) < Self.rank($1) }) { return phase }
    return phaseOf.contains("DONE") ? "SAVE" : "INIT"
  }

  private static func rank(_ phase: String) -> Int { phases.firstIndex(of: phase) ?? 0 }
}
