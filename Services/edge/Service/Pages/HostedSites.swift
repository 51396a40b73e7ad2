import CommonContract
import AuthContract
import EdgeCore
import Kernel
import RPC
import Cryptography
import WriterContract

/// The published sites below `/s/{slug}/`.
struct HostedSites: Sendable {
  static let timeout: Duration = .seconds(5)
  /// Articles in a feed, pages of articles in a site map.
  static let feedLength: Int32 = 50
  static let mapPages: Int32 = 50

  /// No script runs on these pages; their one style sheet is named by its digest.
  static let policy: String = {
    let digest = Base64.encode(Digest.sha256(SiteStyle.css))
    return "default-src 'none'; img-src 'self' https: data:; style-src 'sha256-\(digest)'; "
      + "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
  }()

  private let tenancy: TenancyClient
  private let contents: ContentsClient
  private let publishing: WritingClient
  private let publicURL: String
  private let time: any TimeSource

  init(auth: any RPCCaller, writer: any RPCCaller, publicURL: String, time: any TimeSource) {
    tenancy = TenancyClient(auth)
    contents = ContentsClient(writer)
    publishing = WritingClient(writer)
    (self.publicURL, self.time) = (publicURL, time)
  }

  /// - Parameter segments: what follows `/s/`.
  /// - Throws: `RPCError`.
  func answer(_ exchange: Exchange, _ segments: [String]) async throws -> Answer {
    guard ["GET", "HEAD"].contains(exchange.ask.method) else {
      var refusal = Refusal(405)
      refusal.allow = ["GET", "HEAD"]
      throw refusal
    }
    do {
      return try await page(exchange, segments)
    } catch let error as RPCError where error.code == .notFound {
      return html(404, SitePages.missing(), exchange)
    }
  }

  private func page(_ exchange: Exchange, _ segments: [String]) async throws -> Answer {
    let found = try await tenancy.findPublicSite(
      Auth.FindPublicSiteRequest(slug: segments[0]), call(exchange, account: nil))
    let visit = Visit(
      site: HostedSite(
        name: found.name, slug: found.slug, description: found.description, publicURL: publicURL),
      siteID: found.id, call: call(exchange, account: AccountID(found.accountID)),
      exchange: exchange)
    switch Array(segments.dropFirst()) {
    case []: return try await index(visit)
    case ["sitemap.xml"]:
      let articles = try await allArticles(visit)
      return text("application/xml", SiteFeeds.sitemap(visit.site, articles), exchange)
    case ["robots.txt"]: return text("text/plain", SiteFeeds.robots(visit.site), exchange)
    case ["rss.xml"]:
      let list = try await list(visit, page: 1, size: Self.feedLength)
      return text("application/rss+xml", SiteFeeds.rss(visit.site, list.articles), exchange)
    case let rest where rest.count == 2 && rest[0] == "images":
      return try await image(rest[1], visit)
    case let rest where rest.count == 1: return try await article(rest[0], visit)
    default: return html(404, SitePages.missing(), exchange)
    }
  }

  /// What the pages of one request share.
  private struct Visit {
    let site: HostedSite
    let siteID: Int64
    let call: OutgoingCall
    let exchange: Exchange
  }

  private func call(_ exchange: Exchange, account: AccountID?) -> OutgoingCall {
    OutgoingCall(
      context: CallContext(
        requestID: exchange.requestID, actor: .service, account: account,
        address: exchange.address), deadline: Deadline(in: Self.timeout, of: time),
      trace: exchange.trace)
  }

  private func index(_ visit: Visit) async throws -> Answer {
    let page = max(1, visit.exchange.ask.query["page"].flatMap { Int32($0) } ?? 1)
    let list = try await list(visit, page: page, size: Int32(SitePages.pageSize))
    guard page == 1 || !list.articles.isEmpty else {
      return html(404, SitePages.missing(), visit.exchange)
    }
    let text = SitePages.index(visit.site, list.articles, page: Int(page), count: list.count)
    return html(200, text, visit.exchange)
  }

  private func list(
    _ visit: Visit, page: Int32, size: Int32
  ) async throws -> (articles: [HostedTeaser], count: Int64) {
    let reply = try await publishing.listPublished(
      Writer.ListPublishedRequest(siteID: visit.siteID, page: page, pageSize: size), visit.call)
    return (reply.results.map { HostedTeaser($0) }, reply.count)
  }

  private func allArticles(_ visit: Visit) async throws -> [HostedTeaser] {
    var articles: [HostedTeaser] = []
    for page in 1...Self.mapPages {
      let list = try await list(visit, page: page, size: 100)
      articles += list.articles
      if list.articles.isEmpty || articles.count >= list.count { break }
    }
    return articles
  }

  private func article(_ slug: String, _ visit: Visit) async throws -> Answer {
    let found = try await publishing.getPublished(
      Writer.GetPublishedRequest(siteID: visit.siteID, slug: slug), visit.call)
    guard let content = found.content else { return html(404, SitePages.missing(), visit.exchange) }
    return html(200, SitePages.article(visit.site, HostedArticle(content)), visit.exchange)
  }

  private func image(_ name: String, _ visit: Visit) async throws -> Answer {
    guard name.hasSuffix(".png"), let id = Int64(name.dropLast(4)) else {
      return html(404, SitePages.missing(), visit.exchange)
    }
    var file = try await publishing.getPublishedImage(
      Writer.GetPublishedImageRequest(siteID: visit.siteID, imageID: id), visit.call)
    file.fileName = nil
    if file.maxAgeSeconds == nil { file.maxAgeSeconds = 3_600 }
    return Gateway.file(file, visit.exchange, scope: "public")
  }

  private func html(_ status: Int, _ page: String, _ exchange: Exchange) -> Answer {
    var answer = tagged(status, type: "text/html; charset=utf-8", page, exchange)
    answer.set("Content-Security-Policy", Self.policy)
    answer.set("Referrer-Policy", "strict-origin-when-cross-origin")
    return answer
  }

  private func text(_ type: String, _ page: String, _ exchange: Exchange) -> Answer {
    tagged(200, type: "\(type); charset=utf-8", page, exchange)
  }

  private func tagged(_ status: Int, type: String, _ page: String, _ exchange: Exchange) -> Answer {
    let bytes = Array(page.utf8)
    var answer = Answer(status, type: type, bytes)
    guard status == 200 else { return answer }
    let tag = "\"\(Digest.sha256Hex(bytes).prefix(32))\""
    answer.set("ETag", tag)
    answer.set("Cache-Control", "public, max-age=60")
    if HeaderList.matches(exchange.ask.headers["if-none-match"], etag: tag) {
      (answer.status, answer.body) = (304, .none)
    }
    return answer
  }
}

extension HostedTeaser {
  init(_ article: Writer.PublishedArticle) {
    self.init(
      title: article.title, slug: article.slug, excerpt: article.excerpt, words: article.wordCount,
      published: article.publishedAt.microseconds == 0 ? nil : article.publishedAt,
      updated: article.updatedAt.microseconds == 0 ? nil : article.updatedAt,
      image: article.imageID, imageText: article.imageAlt ?? "")
  }
}

extension HostedArticle {
  init(_ content: Writer.Content) {
    self.init(
      title: content.title, slug: content.slug, body: content.htmlContent,
      excerpt: content.excerpt, metaTitle: content.metaTitle,
      metaDescription: content.metaDescription,
      keywords: [content.primaryKeyword] + content.secondaryKeywords, words: content.wordCount,
      published: content.publishedAt, updated: content.updatedAt,
      pictures: content.images.filter { $0.status == "generated" }.map { Picture($0) })
  }
}

extension HostedArticle.Picture {
  init(_ image: Writer.Image) {
    var size: (width: Int64, height: Int64)?
    if let width = image.width, let height = image.height { size = (width, height) }
    self.init(
      id: image.id, isFeatured: image.imageType == "featured", position: Int(image.position),
      text: image.altText, caption: image.caption, size: size)
  }
}
