/// What a list of keywords teaches about its words: how rare they are, which stand together as one
/// name, which are forms of each other.
struct Vocabulary {
  /// Terms by number: stems, then collocations as `a b`.
  private(set) var terms: [String] = []
  private(set) var frequency: [Int] = []
  private(set) var isCollocation: [Bool] = []
  private var numbers: [String: Int] = [:]
  private let phraseCount: Int
  let options: ClusteringOptions

  init(_ phrases: [Phrase], options: ClusteringOptions) {
    self.options = options
    phraseCount = phrases.count
    for phrase in phrases {
      for stem in Set(phrase.tokens.map(\.stem)).sorted() { count(stem, isCollocation: false) }
    }
    for (name, count) in Self.collocations(of: phrases) {
      let number = self.number(name, isCollocation: true)
      frequency[number] = count
    }
  }

  /// The terms of a phrase with their weights, unit length.
  func vector(of phrase: Phrase) -> [(term: Int, weight: Double)] {
    var weights: [Int: Double] = [:]
    var parts: Set<Int> = []
    let tokens = phrase.tokens
    for (name, index, end) in Self.pairs(of: phrase) {
      guard let term = numbers[name] else { continue }
      parts.insert(index)
      if let end { parts.insert(end) }
      let weight = max(tokens[index].weight, end.map { tokens[$0].weight } ?? 0)
      weights[term] = max(weights[term] ?? 0, weight * options.collocationWeight * rarity(term))
    }
    for (index, token) in tokens.enumerated() {
      guard let term = numbers[token.stem] else { continue }
      let factor = parts.contains(index) ? options.partWeight : 1
      weights[term] = max(weights[term] ?? 0, token.weight * factor * rarity(term))
    }
    return Self.unit(weights)
  }

  /// Sorted by term and of length 1. Sums run in that order, so that they are the same each time.
  static func unit(_ weights: [Int: Double]) -> [(term: Int, weight: Double)] {
    let sorted = weights.sorted { $0.key < $1.key }
    let length = sorted.reduce(0) { $0 + $1.value * $1.value }.squareRoot()
    guard length > 0 else { return [] }
    return sorted.map { (term: $0.key, weight: $0.value / length) }
  }

  /// Inverse document frequency; a word on its own cannot hold a group together and counts less.
  func rarity(_ term: Int) -> Double {
    let idf = log2(Double(phraseCount + 1) / Double(frequency[term]))
    let common = max(idf - options.commonBits, 0.1)
    return frequency[term] == 1 ? common * options.lonelyWeight : common
  }

  private mutating func count(_ name: String, isCollocation: Bool) {
    frequency[number(name, isCollocation: isCollocation)] += 1
  }

  private mutating func number(_ name: String, isCollocation: Bool) -> Int {
    if let known = numbers[name] { return known }
    numbers[name] = terms.count
    terms.append(name)
    frequency.append(0)
    self.isCollocation.append(isCollocation)
    return terms.count - 1
  }

  /// Neighbours in the order written: the name, the token it begins with, the one it ends with (nil
  /// for a particle as in `pour over`).
  static func pairs(of phrase: Phrase) -> [(name: String, index: Int, end: Int?)] {
    var result: [(name: String, index: Int, end: Int?)] = []
    for (index, token) in phrase.tokens.enumerated() {
      let next = token.position + 1
      guard next < phrase.words.count else { continue }
      if index + 1 < phrase.tokens.count, phrase.tokens[index + 1].position == next {
        result.append(("\(token.stem) \(phrase.tokens[index + 1].stem)", index, index + 1))
      } else if Lexicon.prepositions.contains(phrase.words[next]), !token.isModifier {
        result.append(("\(token.stem) \(phrase.words[next])", index, nil))
      }
    }
    return result
  }

  /// Pairs that stand together more often than their words' frequencies explain: at least twice,
  /// and normalised pointwise mutual information (Bouma 2009) at least a third. A particle must
  /// follow its word in most places.
  private static func collocations(of phrases: [Phrase]) -> [(String, Int)] {
    var counts: [String: Int] = [:]
    var single: [String: Int] = [:]
    var isParticle: Set<String> = []
    for phrase in phrases {
      for word in Set(phrase.tokens.map(\.stem)) { single[word, default: 0] += 1 }
      var seen: Set<String> = []
      for (name, index, end) in pairs(of: phrase) where seen.insert(name).inserted {
        if let end, phrase.tokens[index].isModifier && phrase.tokens[end].isModifier { continue }
        counts[name, default: 0] += 1
        if end == nil { isParticle.insert(name) }
      }
    }
    let total = Double(phrases.count)
    var result: [(String, Int)] = []
    for (name, count) in counts.sorted(by: { $0.key < $1.key }) where count >= 2 {
      let words = name.split(separator: " ").map(String.init)
      let first = Double(single[words[0]] ?? 1)
      if isParticle.contains(name) {
        if count >= 3, Double(count) >= 0.6 * first { result.append((name, count)) }
        continue
      }
      let second = Double(single[words[1]] ?? 1)
      let joint = Double(count) / total
      let information = log2(joint * total * total / (first * second)) / -log2(joint)
      if information >= 0.33 { result.append((name, count)) }
    }
    return result
  }
}
