import JSON

/// One section of an outline: what stands under an H2.
package struct OutlineSection: Equatable, Sendable {
  package var heading: String
  package var brief: String
  package var subheadings: [String]

  package init(heading: String, brief: String = "", subheadings: [String] = []) {
    (self.heading, self.brief, self.subheadings) = (heading, brief, subheadings)
  }

  /// `[{"heading", "brief", "subheadings": […]}]`
  package static func json(_ sections: [OutlineSection]) -> String {
    let value = JSONValue.array(
      sections.map {
        [
          "heading": .string($0.heading), "brief": .string($0.brief),
          "subheadings": .array($0.subheadings.map { .string($0) }),
        ]
      })
    return value.text
  }
}

/// What an AI function proposes to write, brought within the limits of an idea.
package struct IdeaDraft: Equatable, Sendable {
  package static let maxTitle = 500
  package static let maxDescription = 20_000
  package static let maxWord = 50
  package static let maxKeywords = 100
  package static let wordCounts: ClosedRange<Int64> = 100...10_000
  package static let defaultWordCount: Int64 = 1_000
  package static let defaultType = "post"
  package static let defaultStructure = "article"

  package let title: String
  package let description: String
  package let type: String
  package let structure: String
  package let outline: [OutlineSection]
  package let keywords: [String]
  package let wordCount: Int64

  /// - Returns: nil for one without a title.
  package init?(
    title: String, description: String, type: String, structure: String,
    outline: [OutlineSection], keywords: [String], wordCount: Int64
  ) {
    let title = KeywordText.words(title)
    guard !title.isEmpty else { return nil }
    self.title = String(title.prefix(Self.maxTitle))
    self.description = String(description.prefix(Self.maxDescription))
    self.type = type.isEmpty ? Self.defaultType : String(type.prefix(Self.maxWord))
    self.structure =
      structure.isEmpty ? Self.defaultStructure : String(structure.prefix(Self.maxWord))
    self.outline = outline
    let texts = keywords.compactMap { KeywordText($0)?.text }
    self.keywords = Array(texts.prefix(Self.maxKeywords))
    self.wordCount =
      wordCount <= 0
      ? Self.defaultWordCount
      : min(max(wordCount, Self.wordCounts.lowerBound), Self.wordCounts.upperBound)
  }
}
