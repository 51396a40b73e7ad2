/// Groups keywords that one page could answer. Learns the words' weights and names from the list
/// itself; knows no topic.
package struct KeywordClustering: Sendable {
  private let options: ClusteringOptions

  package init(options: ClusteringOptions = ClusteringOptions()) { self.options = options }

  package func cluster(
    _ keywords: [KeywordInput], existing: [ExistingCluster] = []
  ) -> Clustering {
    var texts = keywords.map(\.text)
    var intents = keywords.map(\.intent)
    var starts: [[Int]] = []
    for cluster in existing {
      let terms = cluster.terms.isEmpty ? [cluster.name] : cluster.terms
      starts.append(Array(texts.count..<(texts.count + terms.count)))
      texts += terms
      intents += terms.map { _ in "" }
    }
    starts += keywords.indices.map { [$0] }
    let phrases = texts.map { Phrase($0, options: options) }
    let vocabulary = Vocabulary(phrases, options: options)
    let likeness = Likeness(phrases, intents: intents, vocabulary: vocabulary)
    var agglomeration = Agglomeration(
      starting: starts, fixed: existing.count, likeness: likeness, maxSize: options.maxClusterSize)
    agglomeration.run(threshold: Float(options.mergeThreshold))
    agglomeration.adopt(threshold: Float(options.adoptThreshold))
    let living = agglomeration.livingGroups
    var groups = living.map(\.members)
    Relocation(
      likeness: likeness, margin: Float(options.relocationMargin), maxSize: options.maxClusterSize
    ).relocate(&groups, fixed: living.count { $0.start < existing.count })
    return sorted(
      zip(living, groups).map { ($0.start, $1.sorted()) }, keywords: keywords, existing: existing,
      naming: ClusterNaming(phrases: phrases, vocabulary: vocabulary))
  }

  private func sorted(
    _ groups: [(start: Int, members: [Int])], keywords: [KeywordInput],
    existing: [ExistingCluster], naming: ClusterNaming
  ) -> Clustering {
    var result = Clustering()
    var naming = naming
    naming.reserve(existing.map(\.name))
    var fresh: [[Int]] = []
    for (start, members) in groups {
      let members = members.filter { $0 < keywords.count }
      if start < existing.count {
        result.assigned += members.map { ClusterAssignment(keyword: $0, cluster: start) }
      } else if members.count == 1 {
        result.outliers += members
      } else {
        fresh.append(members)
      }
    }
    fresh.sort { ($0.count, $1[0]) > ($1.count, $0[0]) }
    result.clusters = fresh.map { naming.cluster($0, keywords: keywords) }
    result.assigned.sort { $0.keyword < $1.keyword }
    result.outliers.sort()
    return result
  }
}
