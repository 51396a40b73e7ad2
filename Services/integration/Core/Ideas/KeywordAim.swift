/// What a searcher wants, read from the form of the keyword.
enum KeywordAim: Int, CaseIterable, Sendable {
  case comparison, howTo, recipe, troubleshooting, cost, buying, review, definition, list, question
  case topic

  init(_ keyword: String, intent: String = "") {
    let words = Words.of(keyword)
    let all = Set(words)
    let first = words.first ?? ""
    func has(_ wanted: String...) -> Bool { wanted.contains(where: all.contains) }
    if !all.isDisjoint(with: Lexicon.comparators) || has("compared", "comparison", "difference") {
      self = .comparison
    } else if keyword.lowercased().hasPrefix("how to ") || has("tutorial", "diy") {
      self = .howTo
    } else if first == "why"
      || has("fix", "problem", "problems", "not", "wont", "error", "troubleshooting", "issue")
    {
      self = .troubleshooting
    } else if has("recipe", "recipes", "ratio", "method", "formula") {
      self = .recipe
    } else if has("review", "reviews") {
      self = .review
    } else if has("cost", "costs", "price", "prices", "pricing", "cheap", "budget", "under") {
      self = .cost
    } else if has("best", "top", "buy", "affordable", "alternatives") {
      self = .buying
    } else if keyword.lowercased().hasPrefix("what is ")
      || has("meaning", "explained", "definition")
    {
      self = .definition
    } else if has("ideas", "examples", "tips", "types", "tricks", "ways") {
      self = .list
    } else if Self.questionWords.contains(first) {
      self = .question
    } else {
      self = intent == "commercial" || intent == "transactional" ? .buying : .topic
    }
  }

  private static let questionWords: Set<String> = [
    "is", "are", "do", "does", "can", "should", "will", "when", "where", "which", "who", "what",
    "how",
  ]

  var structure: ContentStructure {
    switch self {
    case .comparison: .comparison
    case .howTo: .howTo
    case .recipe: .recipe
    case .troubleshooting: .troubleshooting
    case .cost: .cost
    case .buying: .guide
    case .review: .review
    case .definition: .explainer
    case .list: .listicle
    case .question: .faq
    case .topic: .guide
    }
  }

  /// Aims that one piece can serve together.
  enum Family: Int, CaseIterable { case choose, act, understand }

  var family: Family {
    switch self {
    case .cost, .buying, .review: .choose
    case .howTo, .recipe, .troubleshooting, .list: .act
    case .comparison, .definition, .question, .topic: .understand
    }
  }
}

/// Forms of a keyword in sentences and headings.
enum KeywordForm {
  /// The thing a keyword is about, as words that fit after "with" or "about": no question, no
  /// choice word, no qualifier.
  static func subject(of keyword: String) -> String {
    var words = Words.of(keyword)
    if words.starts(with: ["how", "to"]) { words.removeFirst(min(3, words.count - 1)) }
    if let versus = words.firstIndex(where: Lexicon.comparators.contains), versus > 0 {
      words = Array(words[..<versus])
    }
    while words.count > 1, let first = words.first,
      Lexicon.functionWords.contains(first) || Lexicon.modifiers.contains(first)
        || Lexicon.prepositions.contains(first)
    { words.removeFirst() }
    if let qualifier = words.dropFirst().firstIndex(where: {
      ["for", "with", "without", "under", "in", "at", "from", "near"].contains($0)
    }) {
      words = Array(words[..<qualifier])
    }
    while words.count > 1, let last = words.last,
      Lexicon.modifiers.contains(last) || Words.isNumber(last)
    { words.removeLast() }
    return words.isEmpty ? keyword : words.joined(separator: " ")
  }

  /// A subject as it stands in front of another noun: `coffee bean` of `coffee beans`, if one of
  /// the texts has that word, for not every `s` is a plural.
  static func attributive(_ subject: String, among texts: [String] = []) -> String {
    let singular = singular(subject)
    guard let word = singular.split(separator: " ").last.map(String.init),
      texts.contains(where: { Words.of($0).contains(word) })
    else { return subject }
    return singular
  }

  private static func singular(_ subject: String) -> String {
    guard let last = subject.split(separator: " ").last, last.utf8.count > 3, last.hasSuffix("s"),
      !["ss", "us", "is"].contains(where: last.hasSuffix)
    else { return subject }
    if last.hasSuffix("ies"), last.utf8.count > 4 { return subject.dropLast(3) + "y" }
    let isLong = ["ches", "shes", "xes", "zes", "sses"].contains(where: last.hasSuffix)
    return String(subject.dropLast(isLong ? 2 : 1))
  }

  /// A heading: a question keeps its mark.
  static func heading(_ keyword: String) -> String {
    let title = Title.cased(keyword)
    return isQuestion(keyword) ? title + "?" : title
  }

  /// A heading whose question mark already ends a clause needs no colon after it.
  static func tidied(_ heading: String) -> String {
    guard let mark = heading.firstIndex(of: "?") else { return heading }
    let rest = heading[heading.index(after: mark)...]
    return rest.hasPrefix(":") ? String(heading[...mark] + rest.dropFirst()) : heading
  }

  static func isQuestion(_ keyword: String) -> Bool {
    let words = Words.of(keyword)
    guard words.count > 2, let first = words.first, !words.starts(with: ["how", "to"]) else {
      return false
    }
    return [
      "is", "are", "do", "does", "can", "should", "will", "why", "what", "when", "where", "which",
      "who", "how",
    ].contains(first)
  }

  /// Both sides of `a vs b`.
  static func sides(of keyword: String) -> (String, String)? {
    let words = Words.of(keyword)
    guard let versus = words.firstIndex(where: Lexicon.comparators.contains), versus > 0,
      versus + 1 < words.count
    else { return nil }
    let right = words[(versus + 1)...].prefix { !Lexicon.comparators.contains($0) }
    return (words[..<versus].joined(separator: " "), right.joined(separator: " "))
  }
}
