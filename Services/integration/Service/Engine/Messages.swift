import IntegrationContract
import IntegrationCore

// Between the contract and the core.

extension KeywordInput {
  init(_ message: Integration.KeywordInput) {
    self.init(
      text: message.keyword, volume: Int(clamping: message.volume),
      difficulty: Int(clamping: message.difficulty), intent: message.intent)
  }
}

extension ExistingCluster {
  init(_ message: Integration.ClusterInput) {
    self.init(
      name: message.name, terms: message.keywords.isEmpty ? message.terms : message.keywords)
  }
}

extension OutlineSection {
  init(_ message: Integration.OutlineSection) {
    self.init(
      heading: message.heading, brief: message.brief, subsections: message.subheadings)
  }
}

extension DraftTask {
  /// The longest article that is written in one piece.
  static let mostWords: Int64 = 10_000

  init(_ request: Integration.GenerateContentRequest, author: AuthorVoice?) {
    let assignment = request.assignment
    let words = request.wordCountTarget > 0 ? request.wordCountTarget : 1_000
    self.init(
      title: request.title, outline: request.outline.map(OutlineSection.init),
      primaryKeyword: request.keywords.first ?? "",
      secondaryKeywords: Array(request.keywords.dropFirst()),
      structure: request.contentStructure, targetWords: Int(min(words, Self.mostWords)),
      tone: author?.tone ?? "", language: author?.language ?? "en",
      clusterName: request.clusterName, siteName: assignment?.siteName ?? "",
      sectorName: assignment?.sectorName ?? "")
  }
}

extension Clustering {
  func reply(
    _ request: Integration.ClusterKeywordsRequest, _ usage: Integration.Usage
  ) -> Integration.ClusterKeywordsReply {
    let ids = request.keywords.map(\.id)
    var extended: [Int: [Int64]] = [:]
    for item in assigned { extended[item.cluster, default: []].append(ids[item.keyword]) }
    let old = extended.keys.sorted().map { place in
      let cluster = request.existing[place]
      return Integration.ClusterOutput(
        existingID: cluster.id, name: cluster.name, terms: cluster.terms,
        keywordIDs: extended[place] ?? [])
    }
    let new = clusters.map { cluster in
      Integration.ClusterOutput(
        name: cluster.name, description: cluster.description, terms: cluster.terms,
        keywordIDs: cluster.members.map { ids[$0] })
    }
    return Integration.ClusterKeywordsReply(
      clusters: old + new, outlierIDs: outliers.map { ids[$0] }, usage: usage)
  }
}

extension Idea {
  var reply: Integration.IdeaOutput {
    Integration.IdeaOutput(
      title: title, description: description, contentType: contentType,
      contentStructure: contentStructure,
      outline: outline.map {
        Integration.OutlineSection(
          heading: $0.heading, brief: $0.brief, subheadings: $0.subsections)
      },
      targetKeywords: targetKeywords, estimatedWordCount: Int64(estimatedWords))
  }
}

extension Draft {
  func reply(_ usage: Integration.Usage) -> Integration.GenerateContentReply {
    Integration.GenerateContentReply(
      title: title, html: html, excerpt: excerpt, slug: slug, metaTitle: metaTitle,
      metaDescription: metaDescription, primaryKeyword: primaryKeyword,
      secondaryKeywords: secondaryKeywords, tags: tags, categories: categories,
      wordCount: Int64(wordCount), usage: usage)
  }
}

extension ImagePrompt {
  /// - Parameter headings: the H2 of the article; the reply tells by number which one it is under.
  func reply(under headings: [String]) -> Integration.ImagePromptOutput {
    let place = heading.flatMap { headings.firstIndex(of: $0) }.map { $0 + 1 }
    return Integration.ImagePromptOutput(
      imageType: kind.rawValue, position: Int64(kind == .featured ? 0 : place ?? position),
      heading: heading ?? "", prompt: prompt, altText: altText, caption: caption)
  }
}
