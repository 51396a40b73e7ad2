/// What kind of page an article is.
package enum EntityType: String, Sendable, CaseIterable {
  case blogPost = "blog_post"
  case article, product, service, taxonomy, page

  /// The kind that a task's content type stands for; a blog post where it says nothing known.
  package init(contentType: String) {
    self = EntityType(rawValue: contentType) ?? .blogPost
  }
}
