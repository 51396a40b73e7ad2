import EdgeCore
import Kernel
import Testing

@Suite("Hosted pages")
struct SitePagesTests {
  private let site = HostedSite(
    name: "Beans & Co", slug: "beans", description: "All <about> coffee",
    publicURL: "https://sites.example")

  private func article(_ body: String, _ pictures: [HostedArticle.Picture] = []) -> HostedArticle {
    HostedArticle(
      title: "Pour </script> over", slug: "pour-over", body: body, excerpt: "How \"it\" works",
      metaTitle: "", metaDescription: "", keywords: ["coffee"], words: 900,
      published: Instant(CivilDate(year: 2026, month: 3, day: 10)), updated: nil,
      pictures: pictures)
  }

  private func picture(_ id: Int64, position: Int, featured: Bool = false) -> HostedArticle.Picture
  {
    HostedArticle.Picture(
      id: id, isFeatured: featured, position: position, text: "picture \(id)", caption: "")
  }

  private func offset(_ text: String, in page: String) throws -> Int {
    let range = try #require(page.firstRange(of: text), "\(text) is not on the page")
    return page.distance(from: page.startIndex, to: range.lowerBound)
  }

  @Test("each picture follows the heading of its position, the featured one precedes the text")
  func pictures() throws {
    let page = SitePages.article(
      site,
      article(
        "<p>Start</p><h2>One</h2><p>a</p><H2>Two</H2><p>b</p>",
        [picture(3, position: 2), picture(1, position: 0, featured: true), picture(2, position: 1)])
    )
    let places = try [
      "/images/1.png\" alt", "<p>Start</p>", "<h2>One</h2>", "/images/2.png\" alt", "<p>a</p>",
      "<H2>Two</H2>", "/images/3.png\" alt", "<p>b</p>",
    ].map { try offset($0, in: page) }
    #expect(places == places.sorted())
  }

  @Test("a picture without a heading of its own closes the article")
  func leftover() throws {
    let page = SitePages.article(site, article("<h2>One</h2><p>a</p>", [picture(9, position: 5)]))
    #expect(try offset("<p>a</p>", in: page) < offset("/images/9.png\" alt", in: page))
  }

  @Test("no text of an account becomes markup")
  func escaping() {
    let page = SitePages.article(site, article("<p>x</p>"))
    #expect(page.contains("<title>Pour &lt;/script&gt; over</title>"))
    #expect(page.contains("content=\"How &quot;it&quot; works\""))
    #expect(page.contains("Pour \\u003c/script\\u003e over"))
    #expect(!page.contains("Pour </script>"))
    #expect(page.contains("All &lt;about&gt; coffee"))
  }

  @Test("the article names its canonical address, its date and its kind")
  func meta() {
    let page = SitePages.article(site, article("<p>x</p>"))
    #expect(
      page.contains("<link rel=\"canonical\" href=\"https://sites.example/s/beans/pour-over/\">"))
    #expect(page.contains("10 March 2026"))
    #expect(page.contains("\"@type\":\"BlogPosting\""))
    #expect(page.contains("og:type\" content=\"article\""))
  }

  @Test("the index offers the pages before and after, and none beyond the last")
  func paging() {
    let first = SitePages.index(site, [], page: 1, count: 13)
    #expect(first.contains("rel=\"next\" href=\"https://sites.example/s/beans/?page=2\""))
    #expect(!first.contains("rel=\"prev\""))
    let last = SitePages.index(site, [], page: 2, count: 13)
    #expect(last.contains("rel=\"prev\""))
    #expect(!last.contains("rel=\"next\""))
  }

  @Test("feeds name every article by its full address")
  func feeds() {
    let teaser = HostedTeaser(
      title: "A < B", slug: "a-b", excerpt: "e", words: 1,
      published: Instant(CivilDate(year: 2026, month: 3, day: 10)), updated: nil, image: nil,
      imageText: "")
    #expect(
      SiteFeeds.sitemap(site, [teaser]).contains(
        "<loc>https://sites.example/s/beans/a-b/</loc><lastmod>2026-03-10T00:00:00Z</lastmod>"))
    let rss = SiteFeeds.rss(site, [teaser])
    #expect(rss.contains("<title>A &lt; B</title>"))
    #expect(rss.contains("<pubDate>Tue, 10 Mar 2026 00:00:00 GMT</pubDate>"))
    #expect(SiteFeeds.robots(site).contains("Sitemap: https://sites.example/s/beans/sitemap.xml"))
  }
}
