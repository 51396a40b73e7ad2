/// Moves a keyword that came into its group early to a group that turned out to suit it better, as
/// merging alone cannot (the relocation step of k-means, on mean likeness).
struct Relocation {
  let likeness: Likeness
  /// How much more alike the other group must be.
  let margin: Float
  let maxSize: Int

  /// - Parameters:
  ///   - fixed: groups with a lower number keep their members, and may get more of any number.
  ///   - rounds: passes over all keywords, fewer when one moves none.
  func relocate(_ groups: inout [[Int]], fixed: Int, rounds: Int = 3) {
    for _ in 0..<rounds {
      var hasMoved = false
      for from in fixed..<max(groups.count, fixed) where groups[from].count > 2 {
        for member in groups[from] where groups[from].count > 2 {
          guard let target = better(for: member, than: from, groups, fixed) else { continue }
          groups[from].removeAll { $0 == member }
          groups[target].append(member)
          hasMoved = true
        }
      }
      if !hasMoved { return }
    }
  }

  private func better(
    for member: Int, than home: Int, _ groups: [[Int]], _ fixed: Int
  ) -> Int? {
    var best = mean(member, groups[home].filter { $0 != member }) + margin
    var found: Int?
    for (number, group) in groups.enumerated() where number != home && group.count > 1 {
      let value = number < fixed || group.count < maxSize ? mean(member, group) : 0
      if value > best { (best, found) = (value, number) }
    }
    return found
  }

  private func mean(_ member: Int, _ group: [Int]) -> Float {
    group.reduce(0) { $0 + likeness[member, $1] } / Float(max(group.count, 1))
  }
}
