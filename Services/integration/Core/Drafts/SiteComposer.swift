import HTML

/// Plans a small site and fills its pages with text to be edited: it says what belongs in each
/// block and takes only what the brief gives as fact.
struct SiteComposer {
  let brief: SiteBrief

  func structure() -> SiteStructure {
    let name = brief.siteName.isEmpty ? "the site" : brief.siteName
    let given = VisibleText.collapsed("\(brief.brief) \(brief.objectives.joined(separator: " "))")
      .lowercased()
    var pages = [
      page("Home", "home", "home", "Say what \(name) offers, for whom, and where to go next."),
      page("About", "about", "about", "Tell who is behind \(name) and what it stands for."),
    ]
    let wanted: [([String], SitePage)] = [
      (
        ["service", "offer", "consult", "agency", "studio", "repair", "client"],
        page(
          "Services", "services", "services",
          "Describe each service, whom it suits and how it works.")
      ),
      (
        ["shop", "product", "sell", "store", "catalog"],
        page("Products", "products", "page", "Introduce the range and help visitors choose.")
      ),
      (
        ["portfolio", "case", "project", "work"],
        page(
          "Our Work", "work", "page", "Show examples with the task, the approach and the result.")
      ),
      (
        ["price", "pricing", "plan", "subscription", "package"],
        page("Pricing", "pricing", "page", "Explain what is included and what affects the price.")
      ),
      (
        ["book", "appointment", "reserv", "table"],
        page("Booking", "booking", "page", "Explain how to book, change and cancel.")
      ),
    ]
    pages += wanted.filter { words, _ in words.contains(where: given.contains) }.map(\.1)
    if pages.count == 2 { pages.append(wanted[0].1) }
    pages += [
      page("Blog", "blog", "blog", "Collect articles that answer what visitors search for."),
      page("Questions", "faq", "faq", "Answer the questions that come before a decision."),
      page("Contact", "contact", "contact", "Give one clear way to get in touch."),
    ]
    return SiteStructure(pages: pages)
  }

  func blocks(of page: SitePage) -> PageBlocks {
    let name = brief.siteName.isEmpty ? "this site" : brief.siteName
    let summary = VisibleText.shortened(VisibleText.collapsed(brief.brief), to: 300)
    let hero = PageBlock(
      kind: "hero", heading: page.kind == "home" ? Title.capitalized(name) : page.title,
      text: page.kind == "home" && !summary.isEmpty ? summary : page.purpose)
    let blocks = [hero] + middle(of: page, summary) + [action(for: page)]
    return PageBlocks(
      title: page.title,
      metaDescription: VisibleText.shortened("\(page.title) – \(name). \(page.purpose)", to: 160),
      blocks: blocks)
  }

  private func page(_ title: String, _ slug: String, _ kind: String, _ purpose: String) -> SitePage
  {
    SitePage(title: title, slug: slug, kind: kind, purpose: purpose)
  }

  private func middle(of page: SitePage, _ summary: String) -> [PageBlock] {
    let goals = brief.objectives.map(VisibleText.collapsed).filter { !$0.isEmpty }
    switch page.kind {
    case "home":
      return [
        PageBlock(
          kind: "features", heading: "What You Will Find Here",
          items: goals.isEmpty
            ? ["What is offered", "For whom it is made", "How to begin"] : Array(goals.prefix(6))),
        PageBlock(
          kind: "steps", heading: "How It Works",
          items: ["Tell what you need", "Get a clear answer", "Decide in your own time"]),
      ]
    case "faq":
      return [
        PageBlock(
          kind: "faq", heading: "Questions and Answers",
          text: "Replace each question with one that visitors really ask.",
          items: [
            "What is offered, and for whom?", "How does it begin?", "What affects the price?",
          ])
      ]
    case "services":
      return [
        PageBlock(
          kind: "features", heading: "What Is Offered", text: summary,
          items: goals.isEmpty
            ? ["Describe the first service", "Describe the second service"] : goals),
        PageBlock(
          kind: "steps", heading: "From First Contact to Result",
          items: ["A first conversation", "A written proposal", "The work itself", "A look back"]),
      ]
    default:
      return [
        PageBlock(
          kind: "text", heading: page.title == "About" ? "Our Story" : "In Brief",
          text: summary.isEmpty ? page.purpose : summary)
      ]
    }
  }

  private func action(for page: SitePage) -> PageBlock {
    page.kind == "contact"
      ? PageBlock(
        kind: "cta", heading: "Write to Us", text: "Add the address or form that reaches you.")
      : PageBlock(
        kind: "cta", heading: "Talk to Us", text: "One question is enough to begin.",
        items: ["Contact"])
  }
}
