import Kernel

/// A hosted site as its readers see it.
package struct HostedSite: Sendable {
  package let name: String
  package let slug: String
  package let description: String
  /// Where the site begins, without a slash at the end: `https://igny8.example/s/coffee`.
  package let address: String

  package init(name: String, slug: String, description: String, publicURL: String) {
    (self.name, self.slug, self.description) = (name, slug, description)
    address = "\(publicURL)/s/\(slug)"
  }

  func articleURL(_ slug: String) -> String { "\(address)/\(PercentCoding.encode(slug))/" }
  func imageURL(_ id: Int64) -> String { "\(address)/images/\(id).png" }
  func pageURL(_ page: Int) -> String { page > 1 ? "\(address)/?page=\(page)" : "\(address)/" }
}

/// An article in a list.
package struct HostedTeaser: Sendable {
  package let title: String
  package let slug: String
  package let excerpt: String
  package let words: Int64
  package let published: Instant?
  package let updated: Instant?
  package let image: Int64?
  package let imageText: String

  package init(
    title: String, slug: String, excerpt: String, words: Int64, published: Instant?,
    updated: Instant?, image: Int64?, imageText: String
  ) {
    (self.title, self.slug, self.excerpt, self.words) = (title, slug, excerpt, words)
    (self.published, self.updated) = (published, updated)
    (self.image, self.imageText) = (image, imageText)
  }
}

/// An article with all that its page shows.
package struct HostedArticle: Sendable {
  package struct Picture: Sendable {
    package let id: Int64
    package let isFeatured: Bool
    /// The H2 that it follows, from 1.
    package let position: Int
    package let text: String
    package let caption: String
    package let size: (width: Int64, height: Int64)?

    package init(
      id: Int64, isFeatured: Bool, position: Int, text: String, caption: String,
      size: (width: Int64, height: Int64)? = nil
    ) {
      (self.id, self.isFeatured, self.position) = (id, isFeatured, position)
      (self.text, self.caption, self.size) = (text, caption, size)
    }
  }

  package var title: String
  package var slug: String
  /// Clean HTML.
  package var body: String
  package var excerpt: String
  package var metaTitle: String
  package var metaDescription: String
  package var keywords: [String]
  package var words: Int64
  package var published: Instant?
  package var updated: Instant?
  package var pictures: [Picture]

  package init(
    title: String, slug: String, body: String, excerpt: String, metaTitle: String,
    metaDescription: String, keywords: [String], words: Int64, published: Instant?,
    updated: Instant?, pictures: [Picture]
  ) {
    (self.title, self.slug, self.body, self.excerpt) = (title, slug, body, excerpt)
    (self.metaTitle, self.metaDescription) = (metaTitle, metaDescription)
    (self.keywords, self.words, self.pictures) = (keywords, words, pictures)
    (self.published, self.updated) = (published, updated)
  }

  var featured: Picture? { pictures.first { $0.isFeatured } }
}

/// Dates as readers and feeds want them.
enum ReadableDate {
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

  static func long(_ instant: Instant) -> String {
    let date = instant.date
    return "\(date.day) \(months[(date.month - 1) % 12]) \(date.year)"
  }

  /// RFC 822, as RSS has it.
  static func rfc822(_ instant: Instant) -> String {
    let date = instant.date
    let day = Int(((date.daysSinceEpoch % 7) + 7) % 7)
    let month = months[(date.month - 1) % 12].prefix(3)
    let seconds = instant.seconds - date.daysSinceEpoch * 86_400
    let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map {
      $0 < 10 ? "0\($0)" : "\($0)"
    }
    return "\(days[day]), \(date.day) \(month) \(date.year) \(clock.joined(separator: ":")) GMT"
  }
}
