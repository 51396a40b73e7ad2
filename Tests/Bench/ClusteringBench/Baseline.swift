/// What clustering is measured against: two keywords with at least a third of their words in common
/// belong together (Jaccard, single link).
func jaccardGroups(_ keywords: [String], threshold: Double = 1.0 / 3) -> [Int] {
  let words = keywords.map { Set($0.split(separator: " ")) }
  var group = Array(keywords.indices)
  for left in words.indices {
    for right in words.indices where right > left {
      let common = Double(words[left].intersection(words[right]).count)
      guard common / Double(words[left].union(words[right]).count) >= threshold else { continue }
      let (from, to) = (group[right], group[left])
      for index in group.indices where group[index] == from { group[index] = to }
    }
  }
  return group
}
