/// Words of general English which say how somebody searches, not what for. No word of any topic.
enum Lexicon {
  /// Carry no meaning of their own.
  static let functionWords: Set<String> = [
    "a", "an", "the", "is", "are", "was", "were", "be", "been", "am", "do", "does", "did", "can",
    "could", "should", "would", "will", "may", "might", "must", "has", "have", "had", "i", "me",
    "my", "you", "your", "it", "its", "we", "our", "they", "them", "their", "he", "she", "his",
    "her", "this", "that", "these", "those", "there", "here", "who", "whom", "whose", "which",
    "what", "when", "where", "why", "how", "and", "or", "but", "not", "no", "if", "so", "than",
    "then", "too", "very", "just", "also", "s", "t", "dont", "isnt", "whats", "as", "much", "many",
    "often", "long", "far", "hard", "get", "got", "let", "vs", "versus",
  ]
  /// Begin a phrase that qualifies what stands before them.
  static let prepositions: Set<String> = [
    "for", "with", "without", "in", "on", "at", "of", "from", "to", "by", "under", "over", "about",
    "into", "near", "between", "during", "after", "before", "through", "per", "via", "against",
    "like", "within", "inside", "outside", "across", "around", "behind", "up", "off", "out", "down",
  ]
  /// What a searcher wants of a thing: choice, price, instruction, place.
  static let modifiers: Set<String> = [
    "best", "top", "good", "better", "great", "worst", "bad", "cheap", "cheapest", "affordable",
    "budget", "expensive", "premium", "luxury", "free", "new", "used", "online", "review",
    "reviews", "rating", "ratings", "price", "prices", "pricing", "cost", "costs", "buy", "buying",
    "sale", "deal", "deals", "discount", "coupon", "shop", "store", "stores", "guide", "guides",
    "tutorial", "tip", "tips", "trick", "tricks", "idea", "ideas", "example", "examples",
    "explained",
    "meaning", "definition", "comparison", "compare", "compared", "difference", "differences",
    "alternative", "alternatives", "type", "types", "kind", "kinds", "list", "chart", "way", "ways",
    "step", "steps", "easy", "simple", "quick", "fast", "beginner", "beginners", "beginning",
    "professional", "advanced", "ultimate", "complete", "diy", "make", "making", "made", "use",
    "using", "work", "works", "need", "want", "choose", "choosing", "pick", "find", "start",
    "starting", "fix", "problem", "problems", "issue", "issues", "benefit", "benefits", "pro",
    "pros", "con", "cons", "year", "years", "day", "days", "week", "month", "today", "near",
    "nearby",
    "local", "home", "house", "small", "large", "big", "tall", "high", "low", "vs", "worth",
    "recommended", "popular", "different", "right", "wrong", "perfect", "improve", "increase",
    "reduce", "built", "go", "going", "keep", "people", "person", "thing", "things",
    "strategies", "strategy", "requirements", "service", "services",
  ]
  /// Set two things side by side.
  static let comparators: Set<String> = ["vs", "versus"]
  /// Stay lower case within a title.
  static let lowercaseInTitles: Set<String> = [
    "a", "an", "the", "and", "or", "but", "for", "with", "without", "in", "on", "at", "of", "from",
    "to", "by", "vs", "as", "per",
  ]
}
