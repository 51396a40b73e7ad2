import HTML

/// Mends the weak parts of an article that can be mended without knowing its topic, and leaves
/// every other byte as it is.
struct ContentOptimizer {
  let order: OptimizationOrder

  static let longParagraph = 120

  func optimize() -> Optimization {
    var changes: [String] = []
    var html = HTMLSanitizer().sanitize(order.html)
    html = splitParagraphs(html, &changes)
    html = withKeywordUpFront(html, &changes)
    html = withClose(html, &changes)
    return Optimization(
      html: html, metaTitle: metaTitle(&changes), metaDescription: metaDescription(html, &changes),
      changes: changes)
  }

  private func metaTitle(_ changes: inout [String]) -> String {
    let current = VisibleText.collapsed(order.metaTitle)
    if !current.isEmpty, current.count <= 60 { return order.metaTitle }
    changes.append(current.isEmpty ? "Meta title added" : "Meta title shortened to 60 characters")
    return VisibleText.shortened(current.isEmpty ? order.title : current, to: 60, ellipsis: "")
  }

  private func metaDescription(_ html: String, _ changes: inout [String]) -> String {
    let current = VisibleText.collapsed(order.metaDescription)
    if !current.isEmpty, current.count <= 160 { return order.metaDescription }
    changes.append(
      current.isEmpty ? "Meta description added" : "Meta description shortened to 160 characters")
    return current.isEmpty
      ? VisibleText.excerpt(of: html, characters: 160) : VisibleText.shortened(current, to: 160)
  }

  /// Plain paragraphs over the limit are cut after the sentence nearest to their middle.
  private func splitParagraphs(_ html: String, _ changes: inout [String]) -> String {
    var parts = html.split(separator: "<p>", omittingEmptySubsequences: false).map(String.init)
    var count = 0
    for index in parts.indices.dropFirst() {
      guard let end = parts[index].firstRange(of: "</p>") else { continue }
      let body = parts[index][..<end.lowerBound]
      guard !body.contains("<"), VisibleText.wordCount(ofText: String(body)) > Self.longParagraph
      else { continue }
      let sentences = body.split(separator: ". ")
      guard sentences.count > 1 else { continue }
      let half = sentences.count / 2
      let first = sentences[..<half].joined(separator: ". ") + "."
      let second = sentences[half...].joined(separator: ". ")
      parts[index] = first + "</p>\n<p>" + second + parts[index][end.lowerBound...]
      count += 1
    }
    if count > 0 { changes.append("Long paragraphs split: \(count)") }
    return parts.joined(separator: "<p>")
  }

  private func withKeywordUpFront(_ html: String, _ changes: inout [String]) -> String {
    let keyword = VisibleText.collapsed(order.primaryKeyword)
    guard !keyword.isEmpty else { return html }
    let words = VisibleText.of(html).lowercased().split(separator: " ").prefix(100)
    guard !words.joined(separator: " ").contains(keyword.lowercased()) else { return html }
    changes.append("Opening paragraph names the primary keyword")
    var choice = SeededChoice(order.title, keyword)
    let sentence = Wording(slots: ["keyword": keyword]).write(
      """
      [If|When] you [searched for|looked up] “{keyword}”, this [article|page] [takes|goes \
      through] the [questions|points] that matter in a clear order.
      """,
      &choice)
    return "<p>\(HTMLText.escaped(sentence))</p>\n" + html
  }

  private func withClose(_ html: String, _ changes: inout [String]) -> String {
    guard VisibleText.wordCount(of: html) >= 300 else { return html }
    let headings = VisibleText.headings(of: html, level: 2).map { $0.lowercased() }
    let closes = ["conclusion", "summary", "takeaway", "next step", "final", "in short"]
    guard !headings.contains(where: { heading in closes.contains { heading.contains($0) } }) else {
      return html
    }
    changes.append("Closing section added")
    let subject = order.primaryKeyword.isEmpty ? order.title : order.primaryKeyword
    var source = SentenceSource(
      slots: [
        "topic": KeywordForm.subject(of: subject), "site": "this site",
      ],
      choice: SeededChoice(order.title, "close"))
    let sentences = (0..<3).compactMap { _ in source.next(for: .close, heading: subject) }
    return html + "\n<h2>Conclusion</h2>\n" + Paragraphs.html(sentences)
  }
}
