import AuthCore

/// An industry of the reference data, written compactly.
struct SeedIndustry: Sendable {
  let name: String
  let description: String
  let sectors: [SeedSector]

  init(_ name: String, _ description: String, _ sectors: [SeedSector]) {
    (self.name, self.description, self.sectors) = (name, description, sectors)
  }

  var slug: String { Slug.make(of: name, fallback: "industry") }

  static let all = services + commerce + living
}

/// A sector with its keywords.
struct SeedSector: Sendable {
  let name: String
  let description: String
  let keywords: [Keyword]

  struct Keyword: Sendable, Equatable {
    let text: String
    let volume: Int
    let difficulty: Int
    let intent: String
  }

  /// - Parameter list: `keyword volume difficulty intent`, separated by semicolons; the intent is
  ///   the first letter of its name.
  init(_ name: String, _ description: String, _ list: String) {
    (self.name, self.description) = (name, description)
    keywords = list.split(separator: ";").compactMap(Self.keyword)
  }

  var slug: String { Slug.make(of: name, fallback: "sector") }

  private static func keyword(_ entry: Substring) -> Keyword? {
    let words = entry.split(whereSeparator: \.isWhitespace)
    guard words.count >= 4, let volume = Int(words[words.count - 3]),
      let difficulty = Int(words[words.count - 2]), let intent = intents[words[words.count - 1]]
    else { return nil }
    return Keyword(
      text: words.dropLast(3).joined(separator: " "), volume: volume, difficulty: difficulty,
      intent: intent)
  }

  private static let intents: [Substring: String] = [
    "i": "informational", "n": "navigational", "t": "transactional", "c": "commercial",
  ]
}
