import HTML

/// The text of an article as it is stored: cleaned, with what is counted and cut from it.
package struct ArticleText: Sendable, Equatable {
  package let html: String
  package let wordCount: Int64
  package let excerpt: String

  /// - Parameter html: from whomever; what is not allowed in an article is dropped.
  package init(_ html: String) {
    self.html = HTMLSanitizer().sanitize(html)
    wordCount = Int64(VisibleText.wordCount(of: self.html))
    excerpt = VisibleText.excerpt(of: self.html)
  }
}
