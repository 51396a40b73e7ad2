import PlannerCore
import Testing

@Suite("The answer of the clustering function")
struct ClusteringAnswerTests {
  private func answer(
    _ proposals: ClusterProposal..., batch: [Int64] = [1, 2, 3], existing: [Int64: String] = [:]
  ) -> ClusteringAnswer {
    ClusteringAnswer(proposals, batch: batch, existing: existing)
  }

  @Test("a keyword goes to the first cluster that names it")
  func first() {
    let answer = answer(
      ClusterProposal(name: "A", keywords: [1, 2, 1]), ClusterProposal(name: "B", keywords: [2, 3]))
    #expect(answer.clusters.map(\.keywords) == [[1, 2], [3]])
  }

  @Test("keywords that were not asked about do not count, nor clusters without keywords")
  func foreign() {
    let answer = answer(
      ClusterProposal(name: "A", keywords: [99]), ClusterProposal(name: "B", keywords: [98, 3]))
    #expect(answer.clusters == [ClusterProposal(name: "B", keywords: [3])])
  }

  @Test("an existing cluster is extended, by its number or by its name")
  func extends() {
    let answer = answer(
      ClusterProposal(existing: 7, name: "", keywords: [1]),
      ClusterProposal(name: " coffee ", keywords: [2]),
      existing: [7: "Tea", 8: "Coffee"])
    #expect(answer.clusters.map(\.existing) == [7, 8])
  }

  @Test("a cluster that nobody knows is a new one, if it has a name")
  func unknown() {
    let answer = answer(
      ClusterProposal(existing: 99, name: "A", keywords: [1]),
      ClusterProposal(existing: 98, name: " ", keywords: [2]), existing: [7: "Tea"])
    #expect(answer.clusters == [ClusterProposal(name: "A", keywords: [1])])
  }

  @Test("two proposals with one name become one cluster")
  func merged() {
    let answer = answer(
      ClusterProposal(name: "A", terms: ["x"], keywords: [1]),
      ClusterProposal(name: "a", terms: ["x", "y"], keywords: [2]))
    #expect(answer.clusters == [ClusterProposal(name: "A", terms: ["x", "y"], keywords: [1, 2])])
  }

  @Test("texts are cut to what a cluster holds")
  func cut() {
    let long = String(repeating: "é", count: 6_000)
    let answer = answer(
      ClusterProposal(
        name: long, description: long, terms: ["", "a"] + Array(repeating: "b", count: 60),
        keywords: [1]))
    #expect(answer.clusters.first?.name.count == ClusteringAnswer.maxName)
    #expect(answer.clusters.first?.description.count == ClusteringAnswer.maxDescription)
    #expect(answer.clusters.first?.terms.count == ClusteringAnswer.maxTerms)
    #expect(answer.clusters.first?.terms.first == "a")
  }
}

@Suite("An idea of the AI function")
struct IdeaDraftTests {
  private func draft(
    title: String = "T", type: String = "", structure: String = "", keywords: [String] = [],
    words: Int64 = 0
  ) -> IdeaDraft? {
    IdeaDraft(
      title: title, description: "", type: type, structure: structure, outline: [],
      keywords: keywords, wordCount: words)
  }

  @Test("it needs a title")
  func title() {
    #expect(draft(title: " \n") == nil)
    #expect(draft(title: " How  to\nbrew ")?.title == "How to brew")
  }

  @Test(
    "words stay within what an idea allows",
    arguments: [(0, 1_000), (7, 100), (99_999, 10_000), (800, 800)])
  func words(given: Int64, kept: Int64) {
    #expect(draft(words: given)?.wordCount == kept)
  }

  @Test("what is missing gets its default, and empty keywords are left out")
  func defaults() {
    let draft = draft(keywords: ["", " a  b "])
    #expect(draft?.type == "post")
    #expect(draft?.structure == "article")
    #expect(draft?.keywords == ["a b"])
  }

  @Test("an outline is written as JSON")
  func outline() {
    let sections = [OutlineSection(heading: "H \"1\"", brief: "b", subheadings: ["s"])]
    #expect(
      OutlineSection.json(sections)
        == #"[{"heading":"H \"1\"","brief":"b","subheadings":["s"]}]"#)
  }
}
