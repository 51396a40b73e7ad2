import HTML

/// An article as image prompts see it.
package struct IllustratedArticle: Sendable, Equatable {
  package var title: String
  /// Its H2 headings in order.
  package var headings: [String]
  package var primaryKeyword: String

  package init(title: String, headings: [String], primaryKeyword: String = "") {
    self.title = title
    self.headings = headings
    self.primaryKeyword = primaryKeyword
  }

  /// Reads the H2 headings out of the article.
  package init(title: String, html: String, primaryKeyword: String = "") {
    self.init(
      title: title, headings: VisibleText.headings(of: html, level: 2),
      primaryKeyword: primaryKeyword)
  }
}

package struct ImagePrompt: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case featured
    case inArticle = "in_article"
  }

  package var kind: Kind
  /// 0 for the featured image, then 1, 2 … in the order of the article.
  package var position: Int
  /// The H2 it stands under; nil for the featured image.
  package var heading: String?
  package var prompt: String
  package var altText: String
  package var caption: String

  package init(
    kind: Kind, position: Int, heading: String?, prompt: String, altText: String, caption: String
  ) {
    self.kind = kind
    self.position = position
    self.heading = heading
    self.prompt = prompt
    self.altText = altText
    self.caption = caption
  }
}

/// A picture to render; the composition follows from `prompt`, the words drawn are `title`.
package struct ImageOrder: Sendable, Equatable {
  package var prompt: String
  package var title: String
  package var kind = ImagePrompt.Kind.featured
  package var width: Int
  package var height: Int

  package static let featuredSize = (width: 1200, height: 675)
  package static let inArticleSize = (width: 800, height: 450)

  /// Sizes are clamped to 64...2048.
  package init(prompt: String, title: String, width: Int, height: Int) {
    self.prompt = prompt
    self.title = title
    self.width = min(max(width, 64), 2048)
    self.height = min(max(height, 64), 2048)
  }

  package init(prompt: String, title: String, kind: ImagePrompt.Kind) {
    let size = kind == .featured ? Self.featuredSize : Self.inArticleSize
    self.init(prompt: prompt, title: title, width: size.width, height: size.height)
    self.kind = kind
  }
}
