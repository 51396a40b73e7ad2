import HTML
import IntegrationCore
import Testing

@Suite("variety of the articles of one site")
struct WritingTestsVariety {
  /// Sentences of paragraphs, list items and questions; the notice is the same by intent, and the
  /// headings are the outline's.
  static func sentences(of html: String) -> [String] {
    let lines = html.split(separator: "\n").filter {
      !$0.contains("igny8-notice") && !$0.hasPrefix("<h2") && !$0.hasPrefix("<t")
    }
    return WritingTests.sentences(of: lines.joined(separator: "\n"))
  }

  @Test(
    "few sentences of an article stand word for word in another article of the same site",
    arguments: ["coffee", "email", "gardening", "homeoffice"])
  func shared(name: String) throws {
    let articles = try WritingTests.ideas(of: name).map { cluster, idea in
      Self.sentences(of: WritingTests.draft(idea, cluster.name).html)
    }
    var uses: [String: Int] = [:]
    for article in articles {
      for sentence in Set(article) { uses[sentence, default: 0] += 1 }
    }
    let all = articles.flatMap { $0 }
    let shared = all.filter { (uses[$0] ?? 0) > 1 }
    let share = Double(shared.count) / Double(all.count)
    #expect(share < 0.15, "\(shared.count) of \(all.count)")
  }
}
