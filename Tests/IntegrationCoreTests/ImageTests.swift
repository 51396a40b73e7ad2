import IntegrationCore
import Testing

@Suite("images")
struct ImageTests {
  @Test(
    "a picture is a sound PNG of the size asked for, small, and the same each time",
    arguments: 0..<6)
  func picture(seed: Int) throws {
    let kind: ImagePrompt.Kind = seed % 2 == 0 ? .featured : .inArticle
    let order = ImageOrder(
      prompt: "prompt \(seed)", title: "Why Is My Pour Over Bitter? Likely Causes & Fixes (2026)",
      kind: kind)
    let file = LocalEngine().image(for: order)
    #expect(file.count <= 120 * 1024)
    let image = try PNGReader(file)
    #expect(image.width == order.width && image.height == order.height)
    #expect(image.colours > 50)
    #expect(LocalEngine().image(for: order) == file)
  }

  @Test("other words, another picture; titles the font cannot draw are no trouble")
  func variety() throws {
    let files = ["", "日本のコーヒー", "Ünïcödé", String(repeating: "very long ", count: 40)].map {
      LocalEngine().image(for: ImageOrder(prompt: "p", title: $0, width: 160, height: 90))
    }
    for file in files { #expect(try PNGReader(file).width == 160) }
    #expect(Set(files).count == files.count)
  }

  @Test("checksums have the values of their standards")
  func checksums() {
    #expect(CRC32.of(Array("123456789".utf8)) == 0xcbf4_3926)
    #expect(Adler32.of(Array("Wikipedia".utf8)) == 0x11e6_0398)
  }

  @Test("prompts stand under headings of the article, one featured and up to six more")
  func prompts() {
    let headings = [
      "Basics", "Steps", "Mistakes", "Costs", "Tools", "Care", "Frequently Asked Questions",
      "Conclusion",
    ]
    let article = IllustratedArticle(title: "Snake Plant Care", headings: headings)
    for wanted in [1, 3, 6, 9] {
      let prompts = LocalEngine().imagePrompts(for: article, inArticle: wanted)
      #expect(prompts.count == 1 + min(wanted, 6))
      #expect(prompts[0].kind == .featured && prompts[0].heading == nil)
      let under = prompts.dropFirst().compactMap(\.heading)
      #expect(under.allSatisfy(headings.contains) && Set(under).count == under.count)
      #expect(!under.contains("Conclusion"))
      #expect(prompts.map(\.position) == Array(0..<prompts.count))
      #expect(prompts.allSatisfy { !$0.altText.isEmpty && $0.altText.count <= 125 })
    }
    #expect(
      LocalEngine().imagePrompts(for: IllustratedArticle(title: "X", headings: [])).count == 1)
  }

  @Test("headings are read out of the article's HTML")
  func headings() {
    let article = IllustratedArticle(
      title: "T", html: "<h2>One &amp; <em>two</em></h2><h3>x</h3><h2>Three</h2>")
    #expect(article.headings == ["One & two", "Three"])
  }
}
