/// Average-link agglomeration (UPGMA, Sokal and Michener 1958) which stops where the closest two
/// groups are less alike than the threshold. Groups that start `fixed` never become one with
/// another fixed group.
struct Agglomeration {
  private(set) var groups: [[Int]]
  private var isFixed: [Bool]
  private var alive: [Bool]
  /// Sums of likeness between groups; divided by both sizes they are the mean.
  private var sums: [Float]
  private var nearest: [Int]
  private let count: Int
  private let maxSize: Int
  private let countsTowardsSize: [Bool]

  init(
    starting groups: [[Int]], fixed: Int, likeness: Likeness, maxSize: Int
  ) {
    self.groups = groups
    count = groups.count
    self.maxSize = maxSize
    isFixed = groups.indices.map { $0 < fixed }
    alive = [Bool](repeating: true, count: groups.count)
    countsTowardsSize = isFixed
    sums = [Float](repeating: 0, count: count * count)
    nearest = [Int](repeating: -1, count: count)
    for left in 0..<count {
      for right in 0..<count where left != right {
        var sum: Float = 0
        for a in groups[left] { for b in groups[right] { sum += likeness[a, b] } }
        sums[left * count + right] = sum
      }
    }
  }

  /// Merges until nothing is alike enough.
  mutating func run(threshold: Float) {
    for group in 0..<count where alive[group] { findNearest(group) }
    while let (left, right) = closest(atLeast: threshold) { merge(left, right) }
  }

  /// Lets groups of one join the group they are most like.
  mutating func adopt(threshold: Float) {
    for single in 0..<count where alive[single] && !isFixed[single] && groups[single].count == 1 {
      findNearest(single, minSize: 2)
      let target = nearest[single]
      guard target >= 0, mean(single, target) >= threshold else { continue }
      merge(target, single)
    }
  }

  var livingGroups: [(start: Int, members: [Int])] {
    (0..<count).filter { alive[$0] }.map { ($0, groups[$0].sorted()) }
  }

  private func mean(_ left: Int, _ right: Int) -> Float {
    sums[left * count + right] / Float(groups[left].count * groups[right].count)
  }

  private func mayMerge(_ left: Int, _ right: Int) -> Bool {
    if isFixed[left] && isFixed[right] { return false }
    return isFixed[left] || isFixed[right] || groups[left].count + groups[right].count <= maxSize
  }

  private mutating func findNearest(_ group: Int, minSize: Int = 1) {
    var best: Float = 0
    nearest[group] = -1
    for other in 0..<count
    where other != group && alive[other] && groups[other].count >= minSize
      && sums[group * count + other] > 0
    {
      let value = mean(group, other)
      if value > best, mayMerge(group, other) {
        best = value
        nearest[group] = other
      }
    }
  }

  private func closest(atLeast threshold: Float) -> (Int, Int)? {
    var best = threshold
    var found: (Int, Int)?
    for group in 0..<count where alive[group] && nearest[group] >= 0 {
      let value = mean(group, nearest[group])
      if value > best || (found == nil && value == best) {
        best = value
        found = (min(group, nearest[group]), max(group, nearest[group]))
      }
    }
    return found
  }

  private mutating func merge(_ left: Int, _ right: Int) {
    groups[left] += groups[right]
    isFixed[left] = isFixed[left] || isFixed[right]
    alive[right] = false
    for other in 0..<count where alive[other] && other != left {
      let sum = sums[left * count + other] + sums[right * count + other]
      sums[left * count + other] = sum
      sums[other * count + left] = sum
    }
    findNearest(left)
    for other in 0..<count where alive[other] && other != left {
      if nearest[other] == left || nearest[other] == right {
        findNearest(other)
      } else if nearest[other] < 0 || mean(other, left) > mean(other, nearest[other]),
        mayMerge(other, left)
      {
        nearest[other] = left
      }
    }
  }
}
