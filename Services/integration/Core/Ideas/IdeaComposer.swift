/// Makes ideas of a cluster: keywords that one piece can serve go together, the strongest of them
/// gives the piece its form.
struct IdeaComposer {
  func ideas(for cluster: IdeaCluster) -> [Idea] {
    guard !cluster.keywords.isEmpty else { return [] }
    return groups(of: cluster).map { idea(for: $0, in: cluster) }
  }

  /// One group for up to three keywords, two up to eight, else three; small groups join the
  /// largest.
  private func groups(of cluster: IdeaCluster) -> [[KeywordInput]] {
    let count = cluster.keywords.count
    let most = count <= 3 ? 1 : count <= 8 ? 2 : 3
    var families: [[KeywordInput]] = KeywordAim.Family.allCases.map { family in
      cluster.keywords.filter { KeywordAim($0.text, intent: $0.intent).family == family }
    }
    families = families.filter { !$0.isEmpty }.enumerated()
      .sorted { ($0.element.count, $1.offset) > ($1.element.count, $0.offset) }.map(\.element)
    while families.count > most, let last = families.popLast() { families[0] += last }
    while families.count > 1, let last = families.last, last.count == 1, families[0].count < 8,
      last[0].volume * 5 < families[0].reduce(0, { $0 + $1.volume })
    {
      families.removeLast()
      families[0] += last
    }
    return families
  }

  private func idea(for keywords: [KeywordInput], in cluster: IdeaCluster) -> Idea {
    let ranked = keywords.sorted { ($0.volume, $1.text) > ($1.volume, $0.text) }
    let lead = lead(of: ranked)
    let aim = KeywordAim(lead.text, intent: lead.intent)
    var choice = SeededChoice(cluster.name, lead.text)
    let others = ranked.filter { $0 != lead }
    let subject = cluster.name.isEmpty ? KeywordForm.subject(of: lead.text) : cluster.name
    let outline = OutlineComposer(
      aim: aim, lead: lead.text, subject: subject.lowercased(), others: others.map(\.text)
    ).sections(&choice)
    let subsections = outline.reduce(0) { $0 + $1.subsections.count }
    let words = 200 + 110 * outline.count + 45 * subsections + 20 * others.count
    let structure = aim.structure
    return Idea(
      title: title(lead.text, aim, &choice), description: description(lead, others, structure),
      contentType: structure == .guide || structure == .explainer ? "article" : "blog_post",
      contentStructure: structure.rawValue, outline: outline,
      targetKeywords: [lead.text] + others.map(\.text),
      estimatedWords: min(max((words + 25) / 50 * 50, 600), 1800))
  }

  /// The most searched keyword of the aim that most searches have.
  private func lead(of ranked: [KeywordInput]) -> KeywordInput {
    var volumes: [KeywordAim: Int] = [:]
    for keyword in ranked {
      volumes[KeywordAim(keyword.text, intent: keyword.intent), default: 0] += keyword.volume + 1
    }
    let aim = volumes.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key
    return ranked.first { KeywordAim($0.text, intent: $0.intent) == aim } ?? ranked[0]
  }

  private static let endings: [KeywordAim: [String]] = [
    .comparison: [
      "Which One Suits You?", "The Differences That Matter", "How to Decide",
      "Strengths, Limits and How to Choose",
    ],
    .howTo: [
      "A Step-by-Step Guide", "Steps, Checks and Common Mistakes", "A Clear Walkthrough",
      "What to Prepare and What to Do",
    ],
    .recipe: [
      "What You Need, Steps and Adjustments", "A Method You Can Repeat",
      "Quantities, Steps and How to Adjust", "A Starting Point and How to Refine It",
    ],
    .troubleshooting: [
      "Likely Causes and What to Try", "A Calm Checklist", "How to Find the Cause",
      "Causes, Checks and Next Steps",
    ],
    .cost: [
      "What to Expect for the Money", "What You Pay for and How to Compare",
      "How to Judge Value", "Where to Spend and Where to Save",
    ],
    .buying: [
      "A Buying Guide", "What to Look for Before You Buy", "How to Choose Well",
      "Criteria, Trade-Offs and Questions to Ask",
    ],
    .review: [
      "What to Check Before You Decide", "Questions a Fair Review Should Answer",
      "Who It Suits and Who It Does Not",
    ],
    .definition: [
      "A Plain-English Explanation", "What It Means in Practice", "The Basics Explained",
    ],
    .list: ["A List to Start From", "Options Worth Considering", "A Practical Collection"],
    .question: ["A Clear Answer", "What to Know", "The Short and the Long Answer"],
    .topic: [
      "A Practical Guide", "What to Know and Where to Start", "The Essentials Explained",
      "A Closer Look",
    ],
  ]

  private func title(_ keyword: String, _ aim: KeywordAim, _ choice: inout SeededChoice) -> String {
    let ending = choice.pick(Self.endings[aim] ?? []) ?? "A Practical Guide"
    let heading = KeywordForm.heading(keyword)
    return heading.hasSuffix("?") ? "\(heading) \(ending)" : "\(heading): \(ending)"
  }

  private func description(
    _ lead: KeywordInput, _ others: [KeywordInput], _ structure: ContentStructure
  ) -> String {
    let form =
      switch structure {
      case .guide: "A guide that helps readers choose with confidence"
      case .comparison: "A side-by-side comparison that ends in a clear way to decide"
      case .listicle: "A list readers can work through at their own pace"
      case .review: "A review frame that says what to check and for whom it matters"
      case .recipe: "A repeatable method with its quantities, steps and adjustments"
      case .explainer: "An explanation in plain words, from the term to its use"
      case .troubleshooting: "A checklist that leads from the symptom to the cause"
      case .cost: "An overview of what drives the price and how to judge value"
      case .faq: "A direct answer, followed by the questions that come next"
      case .howTo: "A walkthrough from preparation to the finished result"
      }
    let also = others.prefix(4).map(\.text).joined(separator: ", ")
    return "\(form), written for the search \"\(lead.text)\"."
      + (also.isEmpty ? "" : " It also covers: \(also).")
  }
}
