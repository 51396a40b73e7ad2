/// A keyword taken apart.
struct Phrase {
  /// A word that may carry the topic.
  struct Token {
    var stem: String
    /// As written.
    var word: String
    /// Position among all words, so that neighbours are known.
    var position: Int
    /// 1 for the thing itself, less for words that qualify it.
    var weight: Double
    var isModifier: Bool
  }

  let words: [String]
  let tokens: [Token]
  let isComparison: Bool

  init(_ text: String, options: ClusteringOptions) {
    words = Words.of(text)
    isComparison = words.contains(where: Lexicon.comparators.contains)
    var tokens: [Token] = []
    var weight = 1.0
    for (position, word) in words.enumerated() {
      if Lexicon.comparators.contains(word) {
        weight = options.comparedWeight
        continue
      }
      if Lexicon.prepositions.contains(word) {
        if !tokens.isEmpty, tokens.contains(where: { !$0.isModifier }), position > 0 {
          weight = min(weight, options.qualifierWeight)
        }
        continue
      }
      guard !Lexicon.functionWords.contains(word) else { continue }
      let isModifier = Lexicon.modifiers.contains(word) || Words.isNumber(word)
      tokens.append(
        Token(
          stem: Stemmer.stem(word), word: word, position: position,
          weight: isModifier ? weight * options.modifierWeight : weight, isModifier: isModifier))
    }
    self.tokens = tokens
  }
}
