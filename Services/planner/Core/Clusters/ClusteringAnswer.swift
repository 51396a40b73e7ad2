/// What an AI function proposes for one cluster.
package struct ClusterProposal: Equatable, Sendable {
  /// Of a cluster that is extended; nil for a new one.
  package var existing: Int64?
  package var name: String
  package var description: String
  package var terms: [String]
  package var keywords: [Int64]

  package init(
    existing: Int64? = nil, name: String, description: String = "", terms: [String] = [],
    keywords: [Int64]
  ) {
    (self.existing, self.name, self.description) = (existing, name, description)
    (self.terms, self.keywords) = (terms, keywords)
  }
}

/// The proposals that can be followed: an AI function's answer is checked against what it was
/// asked.
///
/// Only keywords of the batch count, each for the first cluster that names it; a cluster that is
/// not of the sector is taken for a new one; a new one with the name of an existing one extends
/// that; a new one without a name, or any without keywords, is left out.
package struct ClusteringAnswer: Equatable, Sendable {
  package static let maxName = 255
  package static let maxDescription = 5_000
  package static let maxTerms = 50

  package private(set) var clusters: [ClusterProposal] = []

  /// - Parameters:
  ///   - existing: the sector's clusters, names by id.
  package init(_ proposals: [ClusterProposal], batch: [Int64], existing: [Int64: String]) {
    var free = Set(batch)
    var known: [String: Int64] = [:]
    for (id, name) in existing {
      known[name.lowercased()] = min(id, known[name.lowercased()] ?? id)
    }
    for proposal in proposals {
      var cluster = proposal
      cluster.name = Self.cut(KeywordText.words(proposal.name), Self.maxName)
      cluster.description = Self.cut(proposal.description, Self.maxDescription)
      cluster.terms = Array(proposal.terms.filter { !$0.isEmpty }.prefix(Self.maxTerms))
      if cluster.existing.map({ existing[$0] == nil }) ?? true {
        cluster.existing = known[cluster.name.lowercased()]
      }
      guard cluster.existing != nil || !cluster.name.isEmpty else { continue }
      cluster.keywords = proposal.keywords.filter { free.remove($0) != nil }
      if !cluster.keywords.isEmpty { add(cluster) }
    }
  }

  /// Two proposals for one cluster become one.
  private mutating func add(_ cluster: ClusterProposal) {
    let same = clusters.firstIndex {
      $0.existing == cluster.existing
        && (cluster.existing != nil || $0.name.lowercased() == cluster.name.lowercased())
    }
    guard let same else { return clusters.append(cluster) }
    clusters[same].keywords += cluster.keywords
    clusters[same].terms += cluster.terms.filter { !clusters[same].terms.contains($0) }
  }

  private static func cut(_ text: String, _ length: Int) -> String { String(text.prefix(length)) }
}
