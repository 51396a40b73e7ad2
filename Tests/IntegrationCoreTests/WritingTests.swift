import HTML
import ClusteringKit
import IntegrationCore
import Testing

@Suite("ideas and drafts")
struct WritingTests {
  static func ideas(of name: String) throws -> [(cluster: ProposedCluster, idea: Idea)] {
    let list = try LabelledList(name)
    let engine = LocalEngine()
    return engine.cluster(list.keywords).clusters.flatMap { cluster in
      let keywords = cluster.members.map { list.keywords[$0] }
      return engine.ideas(for: IdeaCluster(name: cluster.name, keywords: keywords))
        .map { (cluster, $0) }
    }
  }

  static func draft(_ idea: Idea, _ cluster: String, words: Int? = nil) -> Draft {
    LocalEngine().draft(
      for: DraftTask(
        title: idea.title, outline: idea.outline, primaryKeyword: idea.targetKeywords[0],
        secondaryKeywords: Array(idea.targetKeywords.dropFirst()),
        structure: idea.contentStructure, targetWords: words ?? idea.estimatedWords,
        clusterName: cluster, siteName: "Example", sectorName: "Sector"))
  }

  @Test(
    "ideas cover every keyword of their cluster, one to three of them",
    arguments: ["coffee", "email"])
  func coverage(name: String) throws {
    let list = try LabelledList(name)
    let engine = LocalEngine()
    for cluster in engine.cluster(list.keywords).clusters {
      let keywords = cluster.members.map { list.keywords[$0] }
      let ideas = engine.ideas(for: IdeaCluster(name: cluster.name, keywords: keywords))
      #expect((1...3).contains(ideas.count))
      #expect(Set(ideas.flatMap(\.targetKeywords)) == Set(keywords.map(\.text)))
      for idea in ideas {
        #expect((600...1800).contains(idea.estimatedWords))
        #expect((4...10).contains(idea.outline.count))
        #expect(idea.outline.allSatisfy { !$0.heading.isEmpty && !$0.brief.isEmpty })
        #expect(["blog_post", "article"].contains(idea.contentType))
        #expect(!idea.title.contains("{") && !idea.title.contains("["))
      }
    }
    #expect(engine.ideas(for: IdeaCluster(name: "Empty", keywords: [])).isEmpty)
  }

  @Test("the form of the keywords gives the form of the idea")
  func forms() {
    func idea(_ text: String) -> Idea? {
      LocalEngine().ideas(
        for: IdeaCluster(name: "", keywords: [KeywordInput(text: text, volume: 10)])
      ).first
    }
    #expect(idea("v60 vs chemex")?.contentStructure == "comparison")
    #expect(idea("v60 vs chemex")?.title.hasPrefix("V60 vs Chemex: ") == true)
    #expect(idea("how to set up dkim")?.contentStructure == "how_to")
    #expect(idea("why is my basil wilting")?.title.hasPrefix("Why Is My Basil Wilting? ") == true)
    #expect(idea("mailchimp pricing")?.contentStructure == "cost")
    #expect(idea("what is dmarc")?.contentStructure == "explainer")
    #expect(idea("pour over recipe")?.contentStructure == "recipe")
  }

  @Test(
    "drafts keep to the length, say nothing twice and use their keywords",
    arguments: ["coffee", "homeoffice"])
  func drafts(name: String) throws {
    for (cluster, idea) in try Self.ideas(of: name) {
      let draft = Self.draft(idea, cluster.name)
      let target = Double(idea.estimatedWords)
      #expect(abs(Double(draft.wordCount) - target) <= target * 0.15, "\(idea.title)")
      let sentences = Self.sentences(of: draft.html)
      #expect(Set(sentences).count == sentences.count, "\(idea.title)")
      let primary = draft.primaryKeyword.lowercased()
      let first = draft.html.prefix { $0 != "\n" }.lowercased()
      #expect(first.contains(primary))
      let headings = VisibleText.headings(of: draft.html, level: 2)
      #expect(headings.contains { $0.lowercased().contains(primary) }, "\(idea.title)")
      #expect(headings.contains { $0.hasPrefix("Frequently Asked Questions") })
      let text = VisibleText.of(draft.html).lowercased()
      #expect(draft.secondaryKeywords.prefix(8).allSatisfy { text.contains($0.lowercased()) })
      #expect(draft.metaTitle.count <= 60 && draft.metaDescription.count <= 160)
      #expect(draft.html.contains("igny8-notice") && !text.contains("{") && !text.contains("|"))
      #expect(draft.html == HTMLSanitizer().sanitize(draft.html))
    }
  }

  /// Sentences of paragraphs and list items, at least four words long.
  static func sentences(of html: String) -> [String] {
    html.split(separator: "\n").flatMap { line in
      VisibleText.of(String(line)).split { ".?!".contains($0) }.map {
        $0.split(separator: " ").joined(separator: " ")
      }
    }.filter { $0.split(separator: " ").count >= 4 }
  }

  @Test("two articles share few runs of eight words")
  func overlap() throws {
    let articles = try Self.ideas(of: "coffee").prefix(20).map { cluster, idea in
      Self.runs(of: Self.draft(idea, cluster.name, words: 1000).html)
    }
    var shares: [Double] = []
    for (left, one) in articles.enumerated() {
      for other in articles.dropFirst(left + 1) {
        shares.append(Double(one.intersection(other).count) / Double(min(one.count, other.count)))
      }
    }
    let mean = shares.reduce(0, +) / Double(shares.count)
    #expect(mean < 0.06, "mean overlap \(mean)")
    #expect((shares.max() ?? 1) < 0.2)
  }

  /// Runs of eight words, the notice left out.
  static func runs(of html: String) -> Set<String> {
    let body = html.split(separator: "\n").filter { !$0.contains("igny8-notice") }
    let words = VisibleText.of(body.joined(separator: " ")).lowercased().split(separator: " ")
    return Set(
      words.indices.dropLast(7).map { words[$0..<($0 + 8)].joined(separator: " ") })
  }

  @Test(
    "a draft needs no more than a title, takes short and long orders, and escapes what users wrote")
  func hostile() {
    let engine = LocalEngine()
    for words in [300, 600, 1200, 1800] {
      let draft = engine.draft(for: DraftTask(title: "Raised garden beds", targetWords: words))
      #expect(abs(draft.wordCount - words) * 100 <= words * 15, "\(words): \(draft.wordCount)")
    }
    let evil = #"<script>alert(1)</script> "x" {topic} [a|b]"#
    let draft = engine.draft(
      for: DraftTask(
        title: evil, outline: [OutlineSection(heading: evil, subsections: [evil])],
        primaryKeyword: evil, secondaryKeywords: [evil + " more"], structure: "comparison",
        targetWords: 800, clusterName: evil, siteName: evil))
    #expect(!draft.html.contains("<script"))
    #expect(draft.html.contains("&lt;script&gt;"))
    #expect(draft.slug.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" })
    #expect(
      engine.draft(for: DraftTask(title: "Tee", language: "de")).html.contains("English only"))
  }

  @Test("a draft speaks of the parts of its keyword, and asks about them")
  func parts() {
    func text(_ keyword: String) -> String {
      VisibleText.of(
        LocalEngine().draft(
          for: DraftTask(
            title: keyword, primaryKeyword: keyword, targetWords: 900, clusterName: "Topic")
        ).html)
    }
    let howTo = text("how to prune my rose")
    #expect(howTo.contains("you prune your rose") && !howTo.contains("I prune your rose"))
    #expect(text("oak vs pine").contains("oak and pine"))
    #expect(text("desk lamp under 50").contains("Is a limit such as 50 realistic?"))
    #expect(text("are ferns toxic").contains("“are ferns toxic?”"))
  }

  @Test("a title that is too long for a search result ends at its colon or at a whole word")
  func metaTitles() {
    func meta(_ title: String) -> String {
      LocalEngine().draft(for: DraftTask(title: title, targetWords: 300)).metaTitle
    }
    #expect(meta("Short Title: A Guide") == "Short Title: A Guide")
    #expect(
      meta("How to Descale an Espresso Machine: Steps, Checks and Common Mistakes")
        == "How to Descale an Espresso Machine")
    #expect(
      meta("A Title That Goes on Without a Colon and Ends Somewhere in the Middle of It")
        == "A Title That Goes on Without a Colon and Ends Somewhere")
  }

  @Test("a comparison has a table with both sides")
  func table() {
    let draft = LocalEngine().draft(
      for: DraftTask(
        title: "V60 vs Chemex", primaryKeyword: "v60 vs chemex", structure: "comparison"))
    #expect(draft.html.contains("<th>V60</th><th>Chemex</th>"))
  }

  @Test("optimising mends what is weak and leaves the rest alone")
  func optimising() {
    let long =
      (0..<30).map { "Sentence number \($0) says a small thing" }.joined(separator: ". ") + "."
    let order = OptimizationOrder(
      title: "Snake plants", html: "<h2>Care</h2><p>\(long)</p><p>Kept.</p>",
      primaryKeyword: "snake plant care")
    let result = LocalEngine().optimize(order)
    #expect(result.html.contains("snake plant care") && result.html.contains("<p>Kept.</p>"))
    #expect(result.changes.contains("Long paragraphs split: 1"))
    #expect(!result.metaTitle.isEmpty && !result.metaDescription.isEmpty)
    let again = LocalEngine().optimize(
      OptimizationOrder(
        title: order.title, html: result.html, metaTitle: result.metaTitle,
        metaDescription: result.metaDescription, primaryKeyword: order.primaryKeyword))
    #expect(again.changes.isEmpty && again.html == result.html)
  }

  @Test("a site has a home page first, different slugs, and blocks for each page")
  func site() {
    let brief = SiteBrief(siteName: "Oak Studio", brief: "We repair furniture. Prices on request.")
    let pages = LocalEngine().siteStructure(for: brief).pages
    #expect(pages.first?.kind == "home" && pages.contains { $0.kind == "services" })
    #expect(Set(pages.map(\.slug)).count == pages.count)
    for page in pages {
      let blocks = LocalEngine().page(page, of: brief).blocks
      #expect(blocks.first?.kind == "hero" && blocks.last?.kind == "cta" && blocks.count >= 3)
    }
  }
}
