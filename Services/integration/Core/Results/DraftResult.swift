/// What an article is to be written from.
package struct DraftTask: Sendable, Equatable {
  package var title: String
  package var outline: [OutlineSection]
  package var primaryKeyword: String
  package var secondaryKeywords: [String]
  /// A `ContentStructure` name; anything else reads as a guide.
  package var structure: String
  package var targetWords: Int
  /// Of the author profile: `friendly`, `professional` …
  package var tone: String
  /// BCP 47; the local engine writes English and says so in its notice otherwise.
  package var language: String
  package var clusterName: String
  package var siteName: String
  package var sectorName: String

  package init(
    title: String, outline: [OutlineSection] = [], primaryKeyword: String = "",
    secondaryKeywords: [String] = [], structure: String = "guide", targetWords: Int = 1000,
    tone: String = "", language: String = "en", clusterName: String = "", siteName: String = "",
    sectorName: String = ""
  ) {
    self.title = title
    self.outline = outline
    self.primaryKeyword = primaryKeyword
    self.secondaryKeywords = secondaryKeywords
    self.structure = structure
    self.targetWords = targetWords
    self.tone = tone
    self.language = language
    self.clusterName = clusterName
    self.siteName = siteName
    self.sectorName = sectorName
  }
}

package struct Draft: Sendable, Equatable {
  package var title: String
  /// Passed through `HTMLSanitizer` already.
  package var html: String
  /// At most 60 characters.
  package var metaTitle: String
  /// At most 160 characters.
  package var metaDescription: String
  package var primaryKeyword: String
  package var secondaryKeywords: [String]
  package var tags: [String]
  package var categories: [String]
  package var excerpt: String
  package var slug: String
  /// Visible words of `html`.
  package var wordCount: Int

  package init(
    title: String, html: String, metaTitle: String, metaDescription: String,
    primaryKeyword: String, secondaryKeywords: [String] = [], tags: [String] = [],
    categories: [String] = [], excerpt: String = "", slug: String = "", wordCount: Int = 0
  ) {
    self.title = title
    self.html = html
    self.metaTitle = metaTitle
    self.metaDescription = metaDescription
    self.primaryKeyword = primaryKeyword
    self.secondaryKeywords = secondaryKeywords
    self.tags = tags
    self.categories = categories
    self.excerpt = excerpt
    self.slug = slug
    self.wordCount = wordCount
  }
}

/// An article whose weak parts are to be rewritten.
package struct OptimizationOrder: Sendable, Equatable {
  package var title: String
  package var html: String
  package var metaTitle: String
  package var metaDescription: String
  package var primaryKeyword: String
  package var secondaryKeywords: [String]

  package init(
    title: String, html: String, metaTitle: String = "", metaDescription: String = "",
    primaryKeyword: String = "", secondaryKeywords: [String] = []
  ) {
    self.title = title
    self.html = html
    self.metaTitle = metaTitle
    self.metaDescription = metaDescription
    self.primaryKeyword = primaryKeyword
    self.secondaryKeywords = secondaryKeywords
  }
}

package struct Optimization: Sendable, Equatable {
  package var html: String
  package var metaTitle: String
  package var metaDescription: String
  /// What was changed, one line each; empty when nothing was weak.
  package var changes: [String]

  package init(html: String, metaTitle: String, metaDescription: String, changes: [String]) {
    self.html = html
    self.metaTitle = metaTitle
    self.metaDescription = metaDescription
    self.changes = changes
  }
}
