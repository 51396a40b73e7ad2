/// A search keyword as clustering and ideas see it.
package struct KeywordInput: Sendable, Equatable {
  package var text: String
  /// Searches a month.
  package var volume: Int
  /// 0...100.
  package var difficulty: Int
  /// `informational`, `navigational`, `transactional`, `commercial`, or empty.
  package var intent: String

  package init(text: String, volume: Int = 0, difficulty: Int = 0, intent: String = "") {
    self.text = text
    self.volume = volume
    self.difficulty = difficulty
    self.intent = intent
  }
}

/// A cluster that stands already, which new keywords may join.
package struct ExistingCluster: Sendable, Equatable {
  package var name: String
  /// Its keywords, or its top terms where there are too many.
  package var terms: [String]

  package init(name: String, terms: [String]) {
    self.name = name
    self.terms = terms
  }
}

package struct ProposedCluster: Sendable, Equatable {
  package var name: String
  package var description: String
  /// Positions in the keywords given.
  package var members: [Int]
  /// The words that hold it together, strongest first.
  package var terms: [String]

  package init(name: String, description: String, members: [Int], terms: [String] = []) {
    self.name = name
    self.description = description
    self.members = members
    self.terms = terms
  }
}

/// A keyword that joins a cluster which stands already.
package struct ClusterAssignment: Sendable, Equatable {
  /// Position in the keywords given.
  package var keyword: Int
  /// Position in the existing clusters given.
  package var cluster: Int

  package init(keyword: Int, cluster: Int) {
    self.keyword = keyword
    self.cluster = cluster
  }
}

/// Every keyword is a member of one new cluster, assigned to an existing one, or an outlier.
package struct Clustering: Sendable, Equatable {
  package var clusters: [ProposedCluster]
  package var assigned: [ClusterAssignment]
  package var outliers: [Int]

  package init(
    clusters: [ProposedCluster] = [], assigned: [ClusterAssignment] = [], outliers: [Int] = []
  ) {
    self.clusters = clusters
    self.assigned = assigned
    self.outliers = outliers
  }
}
