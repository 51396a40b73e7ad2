import HTML
import JSON

// From a checked answer to the results the local engine gives too. HTML is sanitised and lengths
// are kept here, so that nothing a model says is trusted further on.

extension Clustering {
  /// Keywords are found by their words, whatever their case; those the model invents are dropped,
  /// those it repeats count once, those it forgets are outliers.
  package init(
    decoding answer: ModelAnswer, keywords: [KeywordInput], existing: [ExistingCluster]
  ) {
    self.init()
    var free: [String: [Int]] = [:]
    for (index, keyword) in keywords.enumerated().reversed() {
      free[Self.key(keyword.text), default: []].append(index)
    }
    func take(_ text: String) -> Int? { free[Self.key(text)]?.popLast() }
    var places: [String: Int] = [:]
    for (index, cluster) in existing.enumerated() { places[Self.key(cluster.name)] = index }
    for item in answer.value["assignments"]?.array ?? [] {
      guard let name = item["cluster"]?.string, let place = places[Self.key(name)],
        let keyword = item["keyword"]?.string.flatMap(take)
      else { continue }
      assigned.append(ClusterAssignment(keyword: keyword, cluster: place))
    }
    for item in answer.value["clusters"]?.array ?? [] {
      let members = (item["keywords"]?.strings ?? []).compactMap(take).sorted()
      let name = VisibleText.collapsed(item["name"]?.string ?? "")
      guard !members.isEmpty, !name.isEmpty else {
        outliers += members
        continue
      }
      if let place = places[Self.key(name)] {
        assigned += members.map { ClusterAssignment(keyword: $0, cluster: place) }
      } else {
        clusters.append(
          ProposedCluster(
            name: VisibleText.shortened(name, to: 120, ellipsis: ""),
            description: item["description"]?.string ?? "", members: members))
      }
    }
    outliers = (outliers + free.values.flatMap { $0 }).sorted()
    assigned.sort { $0.keyword < $1.keyword }
  }

  private static func key(_ text: String) -> String { VisibleText.collapsed(text.lowercased()) }
}

extension Idea {
  /// Ideas with the cluster each names.
  package static func decoded(from answer: ModelAnswer) -> [(cluster: String, idea: Idea)] {
    (answer.value["ideas"]?.array ?? []).map { item in
      let outline = (item["outline"]?.array ?? []).map { section in
        OutlineSection(
          heading: section["heading"]?.string ?? "", brief: section["brief"]?.string ?? "",
          subsections: section["subsections"]?.strings ?? [])
      }
      let words = Int(clamping: item["estimated_word_count"]?.int ?? 1000)
      let idea = Idea(
        title: VisibleText.collapsed(item["title"]?.string ?? ""),
        description: item["description"]?.string ?? "",
        contentType: item["content_type"]?.string ?? "blog_post",
        contentStructure: item["content_structure"]?.string ?? "guide", outline: outline,
        targetKeywords: item["target_keywords"]?.strings ?? [],
        estimatedWords: min(max(words, 100), 10_000))
      return (item["cluster"]?.string ?? "", idea)
    }
  }
}

extension Draft {
  package init(decoding answer: ModelAnswer) {
    let value = answer.value
    let html = HTMLSanitizer().sanitize(value["html"]?.string ?? "")
    let title = VisibleText.collapsed(value["title"]?.string ?? "")
    let excerpt = value["excerpt"]?.string ?? ""
    self.init(
      title: title, html: html,
      metaTitle: VisibleText.shortened(value["meta_title"]?.string ?? title, to: 60, ellipsis: ""),
      metaDescription: VisibleText.shortened(value["meta_description"]?.string ?? "", to: 160),
      primaryKeyword: value["primary_keyword"]?.string ?? "",
      secondaryKeywords: value["secondary_keywords"]?.strings ?? [],
      tags: value["tags"]?.strings ?? [], categories: value["categories"]?.strings ?? [],
      excerpt: excerpt.isEmpty ? VisibleText.excerpt(of: html) : VisibleText.excerpt(of: excerpt),
      slug: Slug.of(title), wordCount: VisibleText.wordCount(of: html))
  }
}

extension ImagePrompt {
  /// Prompts whose heading the article does not have keep their order but stand under the next one
  /// that is free; at most six beside the featured one.
  package static func decoded(from answer: ModelAnswer, headings: [String]) -> [ImagePrompt] {
    func prompt(_ item: JSONValue, _ kind: Kind, _ position: Int, _ heading: String?) -> ImagePrompt
    {
      ImagePrompt(
        kind: kind, position: position, heading: heading, prompt: item["prompt"]?.string ?? "",
        altText: VisibleText.shortened(item["alt_text"]?.string ?? "", to: 125),
        caption: item["caption"]?.string ?? "")
    }
    var result: [ImagePrompt] = []
    if let featured = answer.value["featured"] {
      result.append(prompt(featured, .featured, 0, nil))
    }
    var free = headings
    for (index, item) in (answer.value["in_article"]?.array ?? []).prefix(6).enumerated() {
      let wanted = item["heading"]?.string?.lowercased()
      let place = free.firstIndex { $0.lowercased() == wanted } ?? free.indices.first
      let heading = place.map { free.remove(at: $0) }
      result.append(prompt(item, .inArticle, index + 1, heading))
    }
    return result
  }
}

extension Optimization {
  package init(decoding answer: ModelAnswer) {
    let value = answer.value
    self.init(
      html: HTMLSanitizer().sanitize(value["html"]?.string ?? ""),
      metaTitle: VisibleText.shortened(value["meta_title"]?.string ?? "", to: 60, ellipsis: ""),
      metaDescription: VisibleText.shortened(value["meta_description"]?.string ?? "", to: 160),
      changes: value["changes"]?.strings ?? [])
  }
}

extension SiteStructure {
  /// Slugs are made clean and different from each other.
  package init(decoding answer: ModelAnswer) {
    var taken: Set<String> = []
    let pages = (answer.value["pages"]?.array ?? []).map { item in
      let title = VisibleText.collapsed(item["title"]?.string ?? "")
      let wanted = Slug.of(item["slug"]?.string ?? title)
      var slug = wanted
      var number = 2
      while !taken.insert(slug).inserted {
        slug = "\(wanted)-\(number)"
        number += 1
      }
      return SitePage(
        title: title, slug: slug, kind: item["kind"]?.string ?? "page",
        purpose: item["purpose"]?.string ?? "")
    }
    self.init(pages: pages)
  }
}

extension PageBlocks {
  package init(decoding answer: ModelAnswer) {
    let value = answer.value
    let blocks = (value["blocks"]?.array ?? []).map { item in
      PageBlock(
        kind: item["kind"]?.string ?? "text", heading: item["heading"]?.string ?? "",
        text: item["text"]?.string ?? "", items: item["items"]?.strings ?? [])
    }
    self.init(
      title: VisibleText.collapsed(value["title"]?.string ?? ""),
      metaDescription: VisibleText.shortened(value["meta_description"]?.string ?? "", to: 160),
      blocks: blocks)
  }
}
