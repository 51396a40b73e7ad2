import JSON
import Kernel

/// The pages of a hosted site.
package enum SitePages {
  package static let pageSize = 12

  /// The list of articles, newest first.
  package static func index(
    _ site: HostedSite, _ articles: [HostedTeaser], page: Int, count: Int64
  ) -> String {
    let pages = max(1, (Int(count) + pageSize - 1) / pageSize)
    let title = page > 1 ? "\(site.name) – page \(page)" : site.name
    let cards = articles.map { card($0, site) }.joined(separator: "\n")
    let list =
      articles.isEmpty
      ? "<p class=\"lead\">Nothing has been published here yet.</p>"
      : "<ul class=\"grid\">\(cards)</ul>"
    let lead =
      site.description.isEmpty ? "" : "<p class=\"lead\">\(Markup.escape(site.description))</p>"
    let head = PageHead(
      title: title, description: site.description, canonical: site.pageURL(page), kind: "website",
      image: nil, extra: data(of: site))
    return frame(
      site, head,
      main: """
        <main class="wide"><h1>\(Markup.escape(site.name))</h1>\(lead)
        \(list)
        \(pager(site, page: page, of: pages))</main>
        """)
  }

  /// One article.
  package static func article(_ site: HostedSite, _ article: HostedArticle) -> String {
    let first = article.featured.map { ArticleBody.figure($0, site: site, isFirst: true) } ?? ""
    var facts: [String] = []
    if let published = article.published {
      facts.append(
        "<time datetime=\"\(published.rfc3339)\">\(ReadableDate.long(published))</time>")
    }
    if article.words > 0 { facts.append("\(max(1, article.words / 220)) min read") }
    let head = PageHead(
      title: article.metaTitle.isEmpty ? article.title : article.metaTitle,
      description: article.metaDescription.isEmpty ? article.excerpt : article.metaDescription,
      canonical: site.articleURL(article.slug), kind: "article",
      image: article.featured.map { site.imageURL($0.id) }, extra: data(of: article, site))
    return frame(
      site, head,
      main: """
        <main><article><h1>\(Markup.escape(article.title))</h1>
        <p class="meta">\(facts.joined(separator: " · "))</p>
        \(first)
        \(ArticleBody.html(article, site: site))
        </article><p><a href="/s/\(Markup.escape(site.slug))/">← \(Markup.escape(site.name))</a>\
        </p></main>
        """)
  }

  /// What readers get where nothing is.
  package static func missing(_ title: String = "Page not found") -> String {
    """
    <!doctype html><html lang="en"><head><meta charset="utf-8">\
    <meta name="viewport" content="width=device-width,initial-scale=1"><title>\(title)</title>\
    <meta name="robots" content="noindex"><style>\(SiteStyle.css)</style></head>\
    <body><main><h1>\(title)</h1><p class="lead">There is nothing at this address.</p></main>\
    </body></html>
    """
  }

  private static func card(_ article: HostedTeaser, _ site: HostedSite) -> String {
    let path = "/s/\(site.slug)/\(PercentCoding.encode(article.slug))/"
    var image = ""
    if let id = article.image {
      image = """
        <a href="\(Markup.escape(path))" tabindex="-1"><img \
        src="\(Markup.escape(ArticleBody.path(of: id, site)))" \
        alt="\(Markup.escape(article.imageText))" loading="lazy"></a>
        """
    }
    let date = article.published.map { ReadableDate.long($0) } ?? ""
    return """
      <li class="card">\(image)<div><h2><a href="\(Markup.escape(path))">\
      \(Markup.escape(article.title))</a></h2><p>\(Markup.escape(article.excerpt))</p>\
      <p class="meta">\(date)</p></div></li>
      """
  }

  private static func pager(_ site: HostedSite, page: Int, of pages: Int) -> String {
    guard pages > 1 else { return "" }
    let newer =
      page > 1
      ? "<a rel=\"prev\" href=\"\(Markup.escape(site.pageURL(page - 1)))\">← Newer</a>"
      : "<span></span>"
    let older =
      page < pages
      ? "<a rel=\"next\" href=\"\(Markup.escape(site.pageURL(page + 1)))\">Older →</a>"
      : "<span></span>"
    return "<nav class=\"pages\" aria-label=\"Pages\">\(newer)\(older)</nav>"
  }

  private static func frame(_ site: HostedSite, _ head: PageHead, main: String) -> String {
    let home = "/s/\(Markup.escape(site.slug))/"
    return """
      <!doctype html>
      <html lang="en"><head>\(head.html(site: site))<style>\(SiteStyle.css)</style></head>
      <body><header class="top"><div><a class="name" href="\(home)">\(Markup.escape(site.name))</a>\
      <span>\(Markup.escape(site.description))</span></div></header>
      \(main)
      <footer class="end"><div><span>\(Markup.escape(site.name))</span>\
      <a href="\(home)rss.xml">RSS</a></div></footer></body></html>
      """
  }

  private static func data(of site: HostedSite) -> JSONValue {
    [
      "@context": "https://schema.org", "@type": "Blog", "name": .string(site.name),
      "description": .string(site.description), "url": .string(site.address + "/"),
    ]
  }

  private static func data(of article: HostedArticle, _ site: HostedSite) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("@context", "https://schema.org"), .init("@type", "BlogPosting"),
      .init("headline", .string(article.title)),
      .init("mainEntityOfPage", .string(site.articleURL(article.slug))),
      .init("wordCount", .int(article.words)),
      .init("keywords", .string(article.keywords.joined(separator: ", "))),
      .init("publisher", ["@type": "Organization", "name": .string(site.name)]),
    ]
    let text = article.metaDescription.isEmpty ? article.excerpt : article.metaDescription
    if !text.isEmpty { members.append(.init("description", .string(text))) }
    if let published = article.published {
      members.append(.init("datePublished", .string(published.rfc3339)))
    }
    if let updated = article.updated {
      members.append(.init("dateModified", .string(updated.rfc3339)))
    }
    if let picture = article.featured {
      members.append(.init("image", .string(site.imageURL(picture.id))))
    }
    return .object(members)
  }
}

/// What a page says about itself.
struct PageHead {
  let title: String
  let description: String
  let canonical: String
  let kind: String
  let image: String?
  let extra: JSONValue

  func html(site: HostedSite) -> String {
    let title = Markup.escape(title)
    let text = Markup.escape(description)
    let url = Markup.escape(canonical)
    let cardKind = image == nil ? "summary" : "summary_large_image"
    var lines = [
      "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">",
      "<title>\(title)</title>", "<meta name=\"description\" content=\"\(text)\">",
      "<link rel=\"canonical\" href=\"\(url)\">",
      "<link rel=\"alternate\" type=\"application/rss+xml\" title=\"\(Markup.escape(site.name))\""
        + " href=\"/s/\(Markup.escape(site.slug))/rss.xml\">",
      "<meta property=\"og:type\" content=\"\(kind)\">",
      "<meta property=\"og:title\" content=\"\(title)\">",
      "<meta property=\"og:description\" content=\"\(text)\">",
      "<meta property=\"og:url\" content=\"\(url)\">",
      "<meta property=\"og:site_name\" content=\"\(Markup.escape(site.name))\">",
      "<meta name=\"twitter:card\" content=\"\(cardKind)\">",
    ]
    if let image {
      lines.append("<meta property=\"og:image\" content=\"\(Markup.escape(image))\">")
    }
    lines.append(
      "<script type=\"application/ld+json\">\(Markup.scriptSafe(extra.text))</script>")
    return lines.joined(separator: "\n")
  }
}
