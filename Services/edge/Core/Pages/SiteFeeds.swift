import Kernel

/// What a hosted site offers to machines.
package enum SiteFeeds {
  package static func sitemap(_ site: HostedSite, _ articles: [HostedTeaser]) -> String {
    let pages = articles.map { article in
      let changed = (article.updated ?? article.published).map {
        "<lastmod>\($0.rfc3339)</lastmod>"
      }
      return "<url><loc>\(Markup.escape(site.articleURL(article.slug)))</loc>\(changed ?? "")</url>"
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
      <url><loc>\(Markup.escape(site.pageURL(1)))</loc></url>
      \(pages.joined(separator: "\n"))
      </urlset>

      """
  }

  package static func robots(_ site: HostedSite) -> String {
    "User-agent: *\nAllow: /\n\nSitemap: \(site.address)/sitemap.xml\n"
  }

  package static func rss(_ site: HostedSite, _ articles: [HostedTeaser]) -> String {
    let items = articles.map { article in
      let link = Markup.escape(site.articleURL(article.slug))
      let date = article.published.map { "<pubDate>\(ReadableDate.rfc822($0))</pubDate>" } ?? ""
      return """
        <item><title>\(Markup.escape(article.title))</title><link>\(link)</link>\
        <guid isPermaLink="true">\(link)</guid>\(date)\
        <description>\(Markup.escape(article.excerpt))</description></item>
        """
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
      <title>\(Markup.escape(site.name))</title><link>\(Markup.escape(site.pageURL(1)))</link>
      <description>\(Markup.escape(site.description))</description>
      <atom:link href="\(Markup.escape(site.address))/rss.xml" rel="self" \
      type="application/rss+xml"/>
      \(items.joined(separator: "\n"))
      </channel></rss>

      """
  }
}
