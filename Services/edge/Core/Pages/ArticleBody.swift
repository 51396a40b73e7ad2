/// The article's HTML with its pictures where they belong: after the paragraph's heading, that is
/// right behind the H2 of their position.
enum ArticleBody {
  static func html(_ article: HostedArticle, site: HostedSite) -> String {
    let pictures = article.pictures.filter { !$0.isFeatured }
    guard !pictures.isEmpty else { return article.body }
    var out = ""
    var rest = article.body[...]
    var heading = 0
    var left = pictures
    while let end = endOfHeading(in: rest) {
      heading += 1
      out += rest[..<end]
      rest = rest[end...]
      for picture in left where picture.position == heading {
        out += figure(picture, site: site)
      }
      left.removeAll { $0.position == heading }
    }
    out += rest
    // What has no heading of its own closes the article.
    return out + left.map { figure($0, site: site) }.joined()
  }

  static func figure(
    _ picture: HostedArticle.Picture, site: HostedSite, isFirst: Bool = false
  ) -> String {
    var size = ""
    if let (width, height) = picture.size { size = " width=\"\(width)\" height=\"\(height)\"" }
    let caption =
      picture.caption.isEmpty ? "" : "<figcaption>\(Markup.escape(picture.caption))</figcaption>"
    let loading = isFirst ? "fetchpriority=\"high\"" : "loading=\"lazy\""
    return """
      <figure><img src="\(Markup.escape(path(of: picture.id, site)))" \
      alt="\(Markup.escape(picture.text))"\(size) \(loading)>\(caption)</figure>
      """
  }

  static func path(of image: Int64, _ site: HostedSite) -> String {
    "/s/\(site.slug)/images/\(image).png"
  }

  /// The place right behind the next `</h2>`.
  private static func endOfHeading(in text: Substring) -> Substring.Index? {
    let utf8 = text.utf8
    var place = utf8.startIndex
    let mark = Array("</h2>".utf8)
    while place < utf8.endIndex {
      guard let open = utf8[place...].firstIndex(of: UInt8(ascii: "<")) else { return nil }
      let lowered = utf8[open...].prefix(mark.count).map { $0 | 0x20 }
      if lowered == mark.map({ $0 | 0x20 }) { return utf8.index(open, offsetBy: mark.count) }
      place = utf8.index(after: open)
    }
    return nil
  }
}
