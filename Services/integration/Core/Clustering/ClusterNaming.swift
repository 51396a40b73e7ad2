/// Finds words for a group: a name, what it is about, its top terms.
struct ClusterNaming {
  let phrases: [Phrase]
  let vocabulary: Vocabulary
  private var taken: Set<String> = []

  init(phrases: [Phrase], vocabulary: Vocabulary) {
    self.phrases = phrases
    self.vocabulary = vocabulary
  }

  /// Names that are in use already.
  mutating func reserve(_ names: [String]) {
    taken.formUnion(names.map { $0.lowercased() })
  }

  mutating func cluster(_ members: [Int], keywords: [KeywordInput]) -> ProposedCluster {
    let ranked = rankedTerms(of: members)
    let terms = Array(ranked.prefix(5).map { surface($0, in: members) })
    let name = name(for: members, ranked: ranked)
    taken.insert(name.lowercased())
    return ProposedCluster(
      name: name, description: description(name, members, keywords), members: members, terms: terms)
  }

  /// Strongest first: how much of the group a term covers, how rare it is elsewhere, and a
  /// collocation before its parts.
  private func rankedTerms(of members: [Int]) -> [Int] {
    var weights: [Int: Double] = [:]
    for member in members {
      for (term, weight) in vocabulary.vector(of: phrases[member]) {
        weights[term, default: 0] += weight
      }
    }
    let isModifier = Set(
      members.flatMap { phrases[$0].tokens.filter(\.isModifier).map(\.stem) })
    return weights.filter { !isModifier.contains(vocabulary.terms[$0.key]) }
      .sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map(\.key)
  }

  private func name(for members: [Int], ranked: [Int]) -> String {
    var chosen: [String] = []
    for term in ranked.prefix(4) {
      let phrase = widest(surface(term, in: members), in: members)
      let words = Set(Words.of(phrase).map(Stemmer.stem))
      if let last = chosen.last, !words.isDisjoint(with: Words.of(last).map(Stemmer.stem)) {
        continue
      }
      chosen.append(phrase)
      let name = Title.cased(chosen.joined(separator: " and "))
      if !taken.contains(name.lowercased()) { return name }
    }
    let fallback = Title.cased(keywordText(members[0]))
    return taken.contains(fallback.lowercased()) ? "\(fallback) (\(members.count))" : fallback
  }

  private func keywordText(_ member: Int) -> String {
    phrases[member].words.joined(separator: " ")
  }

  /// The form in which most members write a term; ties go to the shorter.
  private func surface(_ term: Int, in members: [Int]) -> String {
    let stems = vocabulary.terms[term].split(separator: " ").map(String.init)
    var forms: [String: Int] = [:]
    for member in members {
      let words = phrases[member].words
      for start in words.indices where start + stems.count <= words.count {
        let run = Array(words[start..<(start + stems.count)])
        guard zip(run, stems).allSatisfy({ Stemmer.stem($0) == $1 || $0 == $1 }) else { continue }
        forms[run.joined(separator: " "), default: 0] += 1
      }
    }
    let best = forms.min { ($1.value, $0.key.count, $0.key) < ($0.value, $1.key.count, $1.key) }
    return best?.key ?? vocabulary.terms[term]
  }

  /// The phrase with one neighbouring content word more, when two thirds of the members that hold
  /// the phrase write that neighbour too.
  private func widest(_ phrase: String, in members: [Int]) -> String {
    let wanted = phrase.split(separator: " ").map { Stemmer.stem(String($0)) }
    var forms: [String: Int] = [:]
    var holders = 0
    for member in members {
      let words = phrases[member].words
      let stems = words.map(Stemmer.stem)
      guard
        let start = stems.indices.first(where: {
          $0 + wanted.count <= stems.count && Array(stems[$0..<($0 + wanted.count)]) == wanted
        })
      else { continue }
      holders += 1
      let end = start + wanted.count
      if end < words.count, isContent(words[end]) {
        forms[words[start...end].joined(separator: " "), default: 0] += 1
      }
      if start > 0, isContent(words[start - 1]) {
        forms[words[(start - 1)..<end].joined(separator: " "), default: 0] += 1
      }
    }
    let best = forms.min { ($1.value, $0.key) < ($0.value, $1.key) }
    guard wanted.count < 3, let best, best.value >= 2, best.value * 3 >= holders * 2 else {
      return phrase
    }
    return best.key
  }

  private func isContent(_ word: String) -> Bool {
    !Lexicon.functionWords.contains(word) && !Lexicon.prepositions.contains(word)
      && !Lexicon.modifiers.contains(word) && !Words.isNumber(word)
  }

  private func description(
    _ name: String, _ members: [Int], _ keywords: [KeywordInput]
  ) -> String {
    let volume = members.reduce(0) { $0 + keywords[$1].volume }
    let strongest = members.sorted { (keywords[$0].volume, $1) > (keywords[$1].volume, $0) }
    let samples = strongest.prefix(3).map { keywords[$0].text }.joined(separator: ", ")
    let searches = volume > 0 ? " with \(volume) searches a month together" : ""
    return "\(members.count) keywords about \(name.lowercased())\(searches): \(samples)."
  }
}
