import Testing
import WriterCore

@Suite("Articles")
struct ArticleTests {
  @Test("what a person pastes is cleaned before it is counted")
  func cleaning() {
    let text = ArticleText("<p onclick=\"x()\">Two words</p><script>alert(1)</script>")
    #expect(text.html == "<p>Two words</p>")
    #expect(text.wordCount == 2)
    #expect(text.excerpt == "Two words")
  }

  @Test("a taken slug gets the first free number behind it")
  func slugs() {
    #expect(ArticleSlug.free("tea", among: []) == "tea")
    #expect(ArticleSlug.free("tea", among: ["tea"]) == "tea-2")
    #expect(ArticleSlug.free("tea", among: ["tea", "tea-2", "tea-4"]) == "tea-3")
    #expect(ArticleSlug.free("tea", among: ["tea-2"]) == "tea")
  }

  @Test("a slug is made of what is given, or else of the title")
  func wantedSlug() {
    #expect(ArticleSlug.wanted("My Slug!", title: "Other") == "my-slug")
    #expect(ArticleSlug.wanted("", title: "Green Tea") == "green-tea")
    #expect(ArticleSlug.wanted(nil, title: "Green Tea") == "green-tea")
  }

  @Test("outlines are read in the shapes that people and models write")
  func outlines() {
    let full = """
      [{"heading":"A","brief":"b","subheadings":["c",{"heading":"d"}]},"E",{"title":"F"},{}]
      """
    #expect(
      Outline.sections(of: full) == [
        OutlineSection(heading: "A", brief: "b", subheadings: ["c", "d"]),
        OutlineSection(heading: "E"), OutlineSection(heading: "F"),
      ])
    #expect(Outline.sections(of: #"{"sections":["A"]}"#) == [OutlineSection(heading: "A")])
    #expect(Outline.sections(of: "no JSON") == [])
  }

  @Test("an unknown content type makes a blog post")
  func entityTypes() {
    #expect(EntityType(contentType: "product") == .product)
    #expect(EntityType(contentType: "guide") == .blogPost)
  }
}
