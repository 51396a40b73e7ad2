import HTML

/// Writes an outline-grade article: what to check, how to decide, which order to keep. It invents
/// no fact, figure or brand, and its notice says what it is.
struct DraftComposer {
  private let task: DraftTask
  private let primary: String
  private let topic: String
  private let parts: KeywordParts
  private let structure: ContentStructure
  private var source: SentenceSource

  /// The longest article; what is longer repeats itself.
  static let mostWords = 5_000
  /// More than this under one heading reads badly.
  private static let wordsOfSection = 600

  static let notice =
    """
    This is an outline-grade draft made by the built-in local engine. Add facts, examples \
    and your 
    """
    + "own experience before you publish it."

  init(task: DraftTask) {
    self.task = task
    structure = ContentStructure(named: task.structure)
    let given = task.primaryKeyword.isEmpty ? task.title : task.primaryKeyword
    primary = VisibleText.shortened(VisibleText.collapsed(given), to: 80, ellipsis: "")
    let cluster = task.clusterName.lowercased()
    topic = cluster.isEmpty ? KeywordForm.subject(of: primary) : cluster
    let site = task.siteName.isEmpty ? "this site" : task.siteName
    parts = KeywordParts(primary)
    let slots = [
      "topic": KeywordForm.attributive(topic, among: task.texts), "primary": primary, "site": site,
    ]
    source = SentenceSource(
      slots: parts.slots.merging(slots) { $1 },
      choice: SeededChoice(site, task.title, primary, task.structure))
  }

  func draft() -> Draft {
    var composer = self
    return composer.compose()
  }

  private mutating func compose() -> Draft {
    let target = min(max(task.targetWords, 250), Self.mostWords)
    let intro = introduction()
    var slots = emptySlots(target: target)
    addExtras(to: &slots)
    let faq = questions(count: target < 450 ? 2 : target < 900 ? 3 : 4, slots: slots)
    let close = conclusion()
    let frame = intro + faq + close + slots.map(\.html).joined() + noticeHTML
    fill(&slots, words: target - VisibleText.wordCount(of: frame))
    let html = HTMLSanitizer().sanitize(
      intro + slots.map(\.html).joined() + faq + close + noticeHTML)
    return result(html)
  }

  private func result(_ html: String) -> Draft {
    let secondary = task.secondaryKeywords.filter { $0.lowercased() != primary.lowercased() }
    let title = VisibleText.collapsed(task.title.isEmpty ? Title.cased(primary) : task.title)
    var tags: [String] = []
    for keyword in [primary] + secondary where tags.count < 6 {
      let tag = KeywordForm.subject(of: keyword).lowercased()
      if !tags.contains(tag) { tags.append(tag) }
    }
    let category = [task.sectorName, task.clusterName].first { !$0.isEmpty }
    return Draft(
      title: title, html: html, metaTitle: Self.metaTitle(title),
      metaDescription: metaDescription(), primaryKeyword: primary, secondaryKeywords: secondary,
      tags: tags, categories: category.map { [$0] } ?? [], excerpt: VisibleText.excerpt(of: html),
      slug: Slug.of(title), wordCount: VisibleText.wordCount(of: html))
  }

  /// The title, or what stands before its colon, or as many of its words as a search result shows.
  private static func metaTitle(_ title: String) -> String {
    let most = 60
    if title.count <= most { return title }
    if let mark = title.firstIndex(of: ":"), title[..<mark].count <= most {
      return String(title[..<mark])
    }
    var words = VisibleText.shortened(title, to: most, ellipsis: "").split(separator: " ")
    while words.count > 3, let last = words.last, Lexicon.lowercaseInTitles.contains(String(last)) {
      words.removeLast()
    }
    return words.joined(separator: " ")
  }

  private func metaDescription() -> String {
    let endings: [SectionRole: String] = [
      .act: "what to prepare, which steps to take and how to check the result before you move on.",
      .choose: "what to look for, which questions to ask and how to decide with confidence.",
      .compare: "where the options differ, what each one asks of you and how to decide.",
      .trouble: "likely causes, the checks to make first and how to keep it from coming back.",
      .cost: "what drives the price, where to save and how to judge value for yourself.",
      .answer: "a direct answer, what it depends on and what to do with it.",
      .explain: "the essentials in a clear order, with what to check and how to decide.",
    ]
    let role = SectionRole(heading: primary, structure: structure, isKeyword: true)
    let ending = endings[role] ?? "what to check and how to decide."
    return VisibleText.shortened("\(Title.capitalized(primary)): \(ending)", to: 160)
  }

  private var noticeHTML: String {
    let language = task.language.lowercased()
    let isEnglish = language.isEmpty || language.hasPrefix("en")
    let more = isEnglish ? "" : " The local engine writes English only."
    return "<p class=\"igny8-notice\">\(Self.notice)\(more)</p>\n"
  }

  private mutating func introduction() -> String {
    let openings = OpeningBank.sentences(for: KeywordAim(primary))
    let fitting = openings.filter(source.fits)
    var sentences: [String] = []
    let opening = source.shuffled(fitting.isEmpty ? OpeningBank.topic : fitting).first
    if let opening = opening.flatMap({ source.write($0) }) { sentences.append(opening) }
    if let road = roadmap() { sentences.append(road) }
    let isFriendly = ["friendly", "casual", "warm", "conversational"].contains {
      task.tone.lowercased().contains($0)
    }
    if isFriendly, let welcome = source.write(OpeningBank.welcome) { sentences.append(welcome) }
    for template in source.shuffled(SentenceBank.intro).prefix(task.targetWords < 500 ? 1 : 2) {
      if let sentence = source.write(template) { sentences.append(sentence) }
    }
    return Paragraphs.html(sentences)
  }

  /// What else the article takes up, in the searchers' words.
  private mutating func roadmap() -> String? {
    let others = task.secondaryKeywords.filter { $0.lowercased() != primary.lowercased() }
    let shown = source.shuffled(Array(others.prefix(5))).prefix(task.targetWords < 500 ? 1 : 3)
    guard !shown.isEmpty else { return nil }
    let quoted = shown.map { "“\($0)”" }
    let list =
      quoted.count == 1
      ? quoted[0] : quoted.dropLast().joined(separator: ", ") + " and \(quoted[quoted.count - 1])"
    let slots = ["list": list, "lists": quoted.count > 1 ? list : ""]
    for template in source.shuffled(OpeningBank.roads) {
      if let sentence = source.write(template, slots) { return sentence }
    }
    return nil
  }

  /// The outline's sections, fewer where the words asked for would leave them bare, more where they
  /// would be overlong.
  private mutating func emptySlots(target: Int) -> [ArticleSlot] {
    var sections = task.outline.filter { !VisibleText.collapsed($0.heading).isEmpty }
    let wanted = sections.isEmpty ? .max : target / Self.wordsOfSection
    if sections.count < wanted {
      var choice = SeededChoice(task.title, "outline")
      let known = Set(sections.map { $0.heading.lowercased() })
      let more = OutlineComposer(
        aim: KeywordAim(primary), lead: primary, subject: topic, others: task.secondaryKeywords
      ).sections(&choice).filter { !known.contains($0.heading.lowercased()) }
      sections += more.prefix(wanted - sections.count)
    }
    let room = max((target - 200) / 40, 2)
    if sections.count > room { sections = Array(sections.prefix(room)) }
    var spare = room - sections.count
    var slots: [ArticleSlot] = []
    for section in sections {
      slots.append(slot(2, section.heading))
      for heading in section.subsections where spare > 0 {
        spare -= 1
        slots.append(slot(3, heading))
      }
    }
    return slots
  }

  private func slot(_ level: Int, _ text: String) -> ArticleSlot {
    let heading = VisibleText.collapsed(text)
    let low = heading.lowercased()
    let keyword = ([primary] + task.secondaryKeywords).filter { low.hasPrefix($0.lowercased()) }
      .max { $0.count < $1.count }
    let role = SectionRole(heading: heading, structure: structure, isKeyword: keyword != nil)
    return ArticleSlot(level: level, heading: heading, role: role, keyword: keyword)
  }

  private mutating func addExtras(to slots: inout [ArticleSlot]) {
    guard !slots.isEmpty else { return }
    if structure == .comparison || KeywordForm.sides(of: primary) != nil {
      slots[0].extra += table()
    }
    let roomy = task.targetWords >= 450
    let acts = slots.indices.filter { slots[$0].role == .act }
    if roomy, let index = acts.first(where: { slots[$0].keyword == primary }) ?? acts.first {
      slots[index].extra += list(
        QuestionBank.steps.compactMap { source.shuffled($0).first }, ordered: true)
    }
    let listed: Set<SectionRole> = [.choose, .cost, .compare, .explain, .answer, .trouble]
    if roomy, let index = slots.lastIndex(where: { listed.contains($0.role) && $0.extra.isEmpty }) {
      let isChoice = [.choose, .cost, .compare].contains(slots[index].role)
      let checks = QuestionBank.checks + (isChoice ? QuestionBank.wishes : [])
      slots[index].extra += list(source.shuffled(checks).prefix(5), ordered: false)
    }
    mention(task.secondaryKeywords, in: &slots)
  }

  private mutating func list(_ templates: some Sequence<String>, ordered: Bool) -> String {
    var items: [String] = []
    for template in templates {
      if let item = source.write(template) { items.append(item) }
    }
    return Paragraphs.list(items, ordered: ordered)
  }

  /// Every secondary keyword that no heading holds gets a sentence in the section nearest to it.
  private mutating func mention(_ keywords: [String], in slots: inout [ArticleSlot]) {
    let templates = source.shuffled(OpeningBank.mentions)
    for (index, keyword) in keywords.prefix(8).enumerated() {
      let low = keyword.lowercased()
      if low == primary.lowercased() { continue }
      if slots.contains(where: { $0.heading.lowercased().contains(low) }) { continue }
      let words = Set(Words.of(keyword).map(Stemmer.stem))
      let place =
        slots.indices.max { left, right in
          let a = words.intersection(Words.of(slots[left].heading).map(Stemmer.stem)).count
          let b = words.intersection(Words.of(slots[right].heading).map(Stemmer.stem)).count
          return (a, -left) < (b, -right)
        } ?? 0
      let template = templates[index % templates.count]
      if let sentence = source.write(template, ["keyword": keyword]) {
        slots[place].sentences.append(sentence)
      }
    }
  }

  private mutating func table() -> String {
    let sides = KeywordForm.sides(of: primary) ?? KeywordForm.sides(of: task.title)
    let (left, right) = sides ?? ("option one", "option two")
    var html = "<table>\n<thead><tr><th>Point</th><th>\(HTMLText.escaped(Title.cased(left)))</th>"
    html += "<th>\(HTMLText.escaped(Title.cased(right)))</th></tr></thead>\n<tbody>\n"
    for row in QuestionBank.rows {
      let cells = [left, right].map { Wording(slots: ["side": $0]).filled(row.note) }
      html += "<tr><td>\(row.point)</td>"
      html += cells.map { "<td>\(HTMLText.escaped($0))</td>" }.joined() + "</tr>\n"
    }
    return html + "</tbody>\n</table>\n"
  }

  private mutating func questions(count: Int, slots: [ArticleSlot]) -> String {
    let isNamed = slots.contains {
      $0.level == 2 && $0.heading.lowercased().contains(primary.lowercased())
    }
    let heading = "Frequently Asked Questions" + (isNamed ? "" : ": \(Title.cased(primary))")
    var html = "<h2>\(HTMLText.escaped(heading))</h2>\n"
    for entry in entries(count) {
      guard let question = source.write(entry.question), let answer = source.write(entry.answer)
      else { continue }
      html += "<h3>\(HTMLText.escaped(question))</h3>\n<p>\(HTMLText.escaped(answer))</p>\n"
    }
    return html
  }

  /// At least one question that fits every article, the others those of this one's keyword.
  private mutating func entries(_ count: Int) -> [QuestionBank.Entry] {
    let role = SectionRole(heading: primary, structure: structure, isKeyword: true)
    let ofKeyword = QuestionBank.ofKeyword.filter {
      source.fits($0.question) && source.fits($0.answer)
    }
    let own =
      source.shuffled(ofKeyword).prefix(2) + source.shuffled(QuestionBank.of(role)).prefix(2)
    let chosen = Array(own.prefix(count - 1))
    return chosen + source.shuffled(QuestionBank.general).prefix(count - chosen.count)
  }

  private mutating func conclusion() -> String {
    let last = source.shuffled(OpeningBank.endings).first(where: source.fits)
    var sentences: [String] = []
    if let sum = last.flatMap({ source.write($0) }) { sentences.append(sum) }
    for _ in 0..<2 {
      if let sentence = source.next(for: .close, heading: topic) { sentences.append(sentence) }
    }
    return "<h2>Conclusion</h2>\n" + Paragraphs.html(sentences)
  }

  /// Sentences until the words are reached, shared evenly, two more words a sentence tolerated.
  private mutating func fill(_ slots: inout [ArticleSlot], words: Int) {
    var left = words
    for index in slots.indices {
      var share = left / (slots.count - index)
      let heading = slots[index].heading
      if let keyword = slots[index].keyword {
        let about = source.about(
          KeywordParts(keyword), count: min(share / 30, slots[index].level == 2 ? 4 : 2))
        let count = about.reduce(0) { $0 + VisibleText.wordCount(ofText: $1) }
        slots[index].sentences = about + slots[index].sentences
        (share, left) = (share - count, left - count)
      }
      while share > 10,
        let sentence = source.next(for: slots[index].role, heading: "“\(heading)”")
      {
        let count = VisibleText.wordCount(ofText: sentence)
        slots[index].sentences.append(sentence)
        share -= count
        left -= count
      }
    }
  }
}

extension DraftTask {
  /// What was written by people.
  fileprivate var texts: [String] { [title, primaryKeyword] + secondaryKeywords }
}
