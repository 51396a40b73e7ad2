/// How well a grouping agrees with hand labels, over all pairs of items. An item in no group counts
/// as a group of its own.
package struct Agreement {
  package let precision: Double
  package let recall: Double
  /// Hubert and Arabie 1985: 0 is what chance gives, 1 is the same grouping.
  package let adjustedRand: Double

  package var f1: Double {
    precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
  }

  /// `found` and `truth` give every item's group.
  package init(found: [Int], truth: [Int]) {
    var both: [Int: [Int: Int]] = [:]
    var left: [Int: Int] = [:]
    var right: [Int: Int] = [:]
    for (a, b) in zip(found, truth) {
      both[a, default: [:]][b, default: 0] += 1
      left[a, default: 0] += 1
      right[b, default: 0] += 1
    }
    let together = both.values.flatMap(\.values).reduce(0) { $0 + Self.pairs($1) }
    let inFound = left.values.reduce(0) { $0 + Self.pairs($1) }
    let inTruth = right.values.reduce(0) { $0 + Self.pairs($1) }
    precision = inFound > 0 ? together / inFound : 1
    recall = inTruth > 0 ? together / inTruth : 1
    let expected = inFound * inTruth / max(Self.pairs(found.count), 1)
    let most = (inFound + inTruth) / 2
    adjustedRand = most == expected ? 1 : (together - expected) / (most - expected)
  }

  private static func pairs(_ count: Int) -> Double { Double(count * (count - 1)) / 2 }
}
