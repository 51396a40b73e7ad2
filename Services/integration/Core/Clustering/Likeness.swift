/// How alike every two phrases are, 0...1: cosine of their weighted terms, where a term also
/// answers to its kin (soft cosine, Sidorov et al. 2014).
struct Likeness {
  let count: Int
  private(set) var values: [Float]

  init(_ phrases: [Phrase], intents: [String], vocabulary: Vocabulary) {
    count = phrases.count
    values = [Float](repeating: 0, count: count * count)
    let kin = Self.kin(of: vocabulary)
    var postings = [[(phrase: Int, weight: Double)]](repeating: [], count: vocabulary.terms.count)
    let vectors = phrases.map { Self.widened(vocabulary.vector(of: $0), kin, vocabulary) }
    for (phrase, vector) in vectors.enumerated() {
      for (term, weight) in vector { postings[term].append((phrase, weight)) }
    }
    for posting in postings {
      for (place, left) in posting.enumerated() {
        for right in posting[(place + 1)...] {
          values[left.phrase * count + right.phrase] += Float(left.weight * right.weight)
        }
      }
    }
    let intentWeight = Float(vocabulary.options.intentWeight)
    for left in 0..<count {
      for right in (left + 1)..<max(count, left + 1) where values[left * count + right] > 0 {
        var value = values[left * count + right]
        if !intents[left].isEmpty, !intents[right].isEmpty {
          value += intents[left] == intents[right] ? intentWeight : -intentWeight
        }
        values[left * count + right] = max(value, 0)
        values[right * count + left] = max(value, 0)
      }
    }
  }

  subscript(_ left: Int, _ right: Int) -> Float { values[left * count + right] }

  private static func widened(
    _ vector: [(term: Int, weight: Double)], _ kin: [[(term: Int, likeness: Double)]],
    _ vocabulary: Vocabulary
  ) -> [(term: Int, weight: Double)] {
    var weights: [Int: Double] = [:]
    for (term, weight) in vector { weights[term, default: 0] += weight }
    for (term, weight) in vector {
      for relative in kin[term] {
        let commonness = min(
          vocabulary.rarity(relative.term) / max(vocabulary.rarity(term), 1e-9), 1)
        let inherited = weight * relative.likeness * commonness
        weights[relative.term] = max(weights[relative.term] ?? 0, inherited)
      }
    }
    return Vocabulary.unit(weights)
  }

  /// Relatives of every single word; looked for among words with the same first letters or ending.
  private static func kin(of vocabulary: Vocabulary) -> [[(term: Int, likeness: Double)]] {
    var buckets: [String: [Int]] = [:]
    for (number, term) in vocabulary.terms.enumerated() where !vocabulary.isCollocation[number] {
      guard term.utf8.count >= 4 else { continue }
      buckets["<" + term.prefix(3), default: []].append(number)
      buckets[term.suffix(4) + ">", default: []].append(number)
    }
    var kin = [[(term: Int, likeness: Double)]](repeating: [], count: vocabulary.terms.count)
    for (_, bucket) in buckets.sorted(by: { $0.key < $1.key }) {
      for (place, left) in bucket.enumerated() {
        for right in bucket[(place + 1)...] where !kin[left].contains(where: { $0.term == right }) {
          let likeness = Kinship.of(vocabulary.terms[left], vocabulary.terms[right])
          guard likeness > 0 else { continue }
          kin[left].append((right, likeness))
          kin[right].append((left, likeness))
        }
      }
    }
    return kin
  }
}
