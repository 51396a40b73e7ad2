/// A cluster as idea generation sees it.
package struct IdeaCluster: Sendable, Equatable {
  package var name: String
  package var description: String
  package var keywords: [KeywordInput]

  package init(name: String, description: String = "", keywords: [KeywordInput]) {
    self.name = name
    self.description = description
    self.keywords = keywords
  }
}

/// One H2 of an outline.
package struct OutlineSection: Sendable, Equatable {
  package var heading: String
  /// One line on what the section does.
  package var brief: String
  /// H3 headings.
  package var subsections: [String]

  package init(heading: String, brief: String = "", subsections: [String] = []) {
    self.heading = heading
    self.brief = brief
    self.subsections = subsections
  }
}

/// How a piece is built; `rawValue` is `content_structure` of the API.
package enum ContentStructure: String, Sendable, CaseIterable {
  case guide, comparison, listicle, review, recipe, explainer, troubleshooting, cost, faq
  case howTo = "how_to"

  /// The structure of that name; unknown names read as a guide.
  package init(named name: String) {
    self = ContentStructure(rawValue: name) ?? .guide
  }
}

package struct Idea: Sendable, Equatable {
  package var title: String
  package var description: String
  /// `blog_post` or `article`.
  package var contentType: String
  package var contentStructure: String
  package var outline: [OutlineSection]
  package var targetKeywords: [String]
  /// 600...1800 from the local engine.
  package var estimatedWords: Int

  package init(
    title: String, description: String, contentType: String, contentStructure: String,
    outline: [OutlineSection], targetKeywords: [String], estimatedWords: Int
  ) {
    self.title = title
    self.description = description
    self.contentType = contentType
    self.contentStructure = contentStructure
    self.outline = outline
    self.targetKeywords = targetKeywords
    self.estimatedWords = estimatedWords
  }
}
