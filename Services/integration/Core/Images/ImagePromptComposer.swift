import HTML

/// Writes image prompts for an article: one for its top, others under the headings that say most.
struct ImagePromptComposer {
  private static let dull: Set<String> = ["conclusion", "summary", "next steps", "introduction"]

  func prompts(for article: IllustratedArticle, inArticle: Int) -> [ImagePrompt] {
    var choice = SeededChoice(article.title, "images")
    let subject =
      article.primaryKeyword.isEmpty
      ? KeywordForm.subject(of: article.title) : article.primaryKeyword
    let light = choice.pick([
      "soft daylight", "warm side light", "clear morning light", "even studio light",
    ])
    let style = choice.pick([
      "editorial photograph", "clean still-life photograph", "calm flat illustration",
      "detailed lifestyle photograph",
    ])
    let manner = "\(style ?? "photograph"), \(light ?? "daylight"), no text, no logos, no watermark"
    var prompts = [featured(article, subject, manner)]
    let headings = chosen(article.headings, count: min(max(inArticle, 1), 6))
    for (number, heading) in headings.enumerated() {
      let views = [
        "close view that shows one detail of", "wide view that sets the scene for",
        "step in progress that explains", "neatly arranged objects that stand for",
        "hands at work on what belongs to", "simple diagram-like arrangement for",
      ]
      let plain = heading.trimmingMarks
      let view = views[(number + choice.below(2)) % views.count]
      prompts.append(
        ImagePrompt(
          kind: .inArticle, position: number + 1, heading: heading,
          prompt:
            "\(Title.capitalized(view)) “\(plain)”, in an article about \(subject); \(manner)",
          altText: Self.lettering(plain), caption: ""))
    }
    return prompts
  }

  private func featured(
    _ article: IllustratedArticle, _ subject: String, _ manner: String
  ) -> ImagePrompt {
    ImagePrompt(
      kind: .featured, position: 0, heading: nil,
      prompt: "Wide cover picture about \(subject) for the article “\(article.title)”, "
        + "clear focus, room for a headline on the left; \(manner)",
      altText: Self.lettering(subject), caption: "")
  }

  /// What the picture shows in letters. A caption would repeat the heading above it, so there is
  /// none.
  private static func lettering(_ text: String) -> String {
    VisibleText.shortened(text.prefix(1).uppercased() + text.dropFirst(), to: 125)
  }

  /// Spread evenly over the article; headings that announce nothing to see come last.
  private func chosen(_ headings: [String], count: Int) -> [String] {
    let telling = headings.filter { heading in
      let low = heading.lowercased()
      return !Self.dull.contains(low) && !low.hasPrefix("frequently asked")
    }
    let pool = telling.isEmpty ? headings : telling
    guard pool.count > count else { return pool }
    return (0..<count).map { pool[$0 * pool.count / count] }
  }
}

extension String {
  /// Without a mark that ends a sentence.
  var trimmingMarks: String {
    var text = self
    while let last = text.last, "?!.:".contains(last) { text.removeLast() }
    return text
  }
}
