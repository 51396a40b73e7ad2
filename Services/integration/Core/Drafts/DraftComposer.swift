import HTML

/// Writes an outline-grade article: what to check, how to decide, which order to keep. It invents
/// no fact, figure or brand, and its notice says what it is.
struct DraftComposer {
  private let task: DraftTask
  private let primary: String
  private let topic: String
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
    source = SentenceSource(
      slots: ["topic": topic, "primary": primary, "site": site],
      choice: SeededChoice(task.title, primary, task.structure))
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
      title: title, html: html, metaTitle: VisibleText.shortened(title, to: 60, ellipsis: ""),
      metaDescription: metaDescription(), primaryKeyword: primary, secondaryKeywords: secondary,
      tags: tags, categories: category.map { [$0] } ?? [], excerpt: VisibleText.excerpt(of: html),
      slug: Slug.of(title), wordCount: VisibleText.wordCount(of: html))
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
    let role = SectionRole(heading: primary, structure: structure)
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
    let openings = [
      """
      [People|Readers] who search for “{primary}” [usually|mostly|often] want [one of two \
      things|more than a definition]: [a clear next step|a decision they can stand by], or \
      [the confidence|a good reason] to [leave things as they are|trust what they already \
      do].
      """,
      """
      [Behind|Underneath] the search “{primary}” [there is|lies] [usually|often] a \
      [practical|concrete|plain] need: to [decide|act|choose] [well|with care] and [without \
      wasting time|without second thoughts].
      """,
      """
      “{primary}” [sounds|looks] like a [simple|small|single] [question|topic], [yet|but] it \
      [quickly|soon] [opens up|leads to] [several|a handful of] [decisions|smaller \
      questions] that are [worth|easier] taking one by one.
      """,
      """
      [If|When] you [typed|searched for|looked up] “{primary}”, you [probably|most likely] \
      [have|face] a [decision|task|question] [right now|ahead of you|on your desk] and \
      [want|need] a [clear|calm|usable] way through it.
      """,
      """
      There is [plenty|a lot] to [read|find] on “{primary}”, and [not all|only part] of it \
      [helps|is useful] when you [have to|need to|want to] [decide|act|begin].
      """,
    ]
    var sentences: [String] = []
    if let opening = source.shuffled(openings).first.flatMap({ source.write($0) }) {
      sentences.append(opening)
    }
    let isFriendly = ["friendly", "casual", "warm", "conversational"].contains {
      task.tone.lowercased().contains($0)
    }
    if isFriendly, let welcome = source.write(Self.welcome) { sentences.append(welcome) }
    for template in source.shuffled(SentenceBank.intro).prefix(task.targetWords < 500 ? 1 : 3) {
      if let sentence = source.write(template) { sentences.append(sentence) }
    }
    return Paragraphs.html(sentences)
  }

  private static let welcome =
    """
    [So|Good news]: you do not [need|have] to [know|settle] [everything|all of it] [today|at \
    once]; 
    """
    + "[a cup of patience|a little curiosity] is [plenty|enough] to [begin|get going]."

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
      let role = SectionRole(heading: section.heading, structure: structure)
      slots.append(
        ArticleSlot(level: 2, heading: VisibleText.collapsed(section.heading), role: role))
      for heading in section.subsections where spare > 0 {
        spare -= 1
        slots.append(ArticleSlot(level: 3, heading: VisibleText.collapsed(heading), role: role))
      }
    }
    return slots
  }

  private mutating func addExtras(to slots: inout [ArticleSlot]) {
    guard !slots.isEmpty else { return }
    if structure == .comparison || KeywordForm.sides(of: primary) != nil {
      slots[0].extra += table()
    }
    let roomy = task.targetWords >= 450
    if roomy, let index = slots.firstIndex(where: { $0.role == .act }) {
      slots[index].extra += list(QuestionBank.steps, count: 6, ordered: true)
    }
    let isChoice: Set<SectionRole> = [.choose, .cost, .compare, .explain, .answer, .trouble]
    if roomy, let index = slots.lastIndex(where: { isChoice.contains($0.role) && $0.extra.isEmpty })
    {
      slots[index].extra += list(source.shuffled(QuestionBank.checks), count: 5, ordered: false)
    }
    mention(task.secondaryKeywords, in: &slots)
  }

  private mutating func list(_ templates: [String], count: Int, ordered: Bool) -> String {
    var items: [String] = []
    for template in templates.prefix(count) {
      if let item = source.write(template) { items.append(item) }
    }
    return Paragraphs.list(items, ordered: ordered)
  }

  /// Every secondary keyword that no heading holds gets a sentence in the section nearest to it.
  private mutating func mention(_ keywords: [String], in slots: inout [ArticleSlot]) {
    let templates = source.shuffled([
      """
      [A related search is|Others ask about|Close to this is] “{keyword}”, and the \
      [same|very same] [questions|criteria|checks] [apply|help] there.
      """,
      """
      [If|When] “{keyword}” is what [brought|led] you here, [begin|start] with this \
      [section|part].
      """,
      """
      “{keyword}” [belongs|fits] here as well, [because|since] it [turns|depends] on the \
      [same|very] [considerations|choices].
      """,
      """
      [Keep|Have] “{keyword}” in mind [at this point|while you read], [as|since] it \
      [changes|shifts] what [matters|counts] most.
      """,
      """
      [Readers|People] interested in “{keyword}” [will|can] [use|apply] this [part|section] \
      [directly|as it stands].
      """,
      """
      [The question of|The topic] “{keyword}” [comes|enters] in at this [point|stage], \
      [so|and] [note|write down] your own [answer|view] to it.
      """,
    ])
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
        .replacing("{keyword}", with: HTMLText.templateSafe(keyword))
      if let sentence = source.write(template) { slots[place].sentences.append(sentence) }
    }
  }

  private mutating func table() -> String {
    let sides = KeywordForm.sides(of: primary) ?? KeywordForm.sides(of: task.title)
    let left = Title.cased(sides?.0 ?? "Option one")
    let right = Title.cased(sides?.1 ?? "Option two")
    var html = "<table>\n<thead><tr><th>Point</th><th>\(HTMLText.escaped(left))</th>"
    html += "<th>\(HTMLText.escaped(right))</th></tr></thead>\n<tbody>\n"
    for row in QuestionBank.rows {
      let first = source.write(row.hint) ?? "To be noted"
      var second: String?
      for _ in 0..<6 where second == nil { second = source.write(row.hint) }
      html += "<tr><td>\(row.point)</td><td>\(first)</td><td>\(second ?? "The same, from use")</td>"
      html += "</tr>\n"
    }
    return html + "</tbody>\n</table>\n"
  }

  private mutating func questions(count: Int, slots: [ArticleSlot]) -> String {
    let isNamed = slots.contains {
      $0.level == 2 && $0.heading.lowercased().contains(primary.lowercased())
    }
    let heading = "Frequently Asked Questions" + (isNamed ? "" : ": \(Title.cased(primary))")
    var html = "<h2>\(HTMLText.escaped(heading))</h2>\n"
    for entry in source.shuffled(QuestionBank.faq).prefix(count) {
      guard let question = source.write(entry.question), let answer = source.write(entry.answer)
      else { continue }
      html += "<h3>\(HTMLText.escaped(question))</h3>\n<p>\(HTMLText.escaped(answer))</p>\n"
    }
    return html
  }

  private mutating func conclusion() -> String {
    let last = [
      """
      [With|Given] [these|the] [points|questions] [in hand|answered], “{primary}” \
      [becomes|turns into] a [decision|task] you can [explain|repeat|stand behind].
      """,
      """
      [In short|To sum up], “{primary}” is [best|most easily] [answered|handled] in \
      [small|separate] steps: [see|know] what you need, [check|verify] what you read, and \
      [adjust|improve] as you go.
      """,
      """
      [All in all|Taken together], a [careful|calm] [approach|look] at “{primary}” \
      [costs|takes] [a little|some] time [now|at first] and [saves|spares] [much|a good \
      deal] of it [later|afterwards].
      """,
    ]
    var sentences: [String] = []
    if let sum = source.shuffled(last).first.flatMap({ source.write($0) }) { sentences.append(sum) }
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
      let own = task.secondaryKeywords.first { heading.lowercased().hasPrefix($0.lowercased()) }
      source.topic = own.map(KeywordForm.subject) ?? topic
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
