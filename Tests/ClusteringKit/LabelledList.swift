import Foundation
import IntegrationCore

/// A list of Tests/Fixtures/clustering.
package struct LabelledList: Sendable {
  /// Every list, and whether the engine was developed on it or only measured.
  package static let all = [
    (name: "coffee", part: "dev"), (name: "gardening", part: "dev"),
    (name: "email", part: "held-out"), (name: "homeoffice", part: "held-out"),
  ]

  package let keywords: [KeywordInput]
  /// Every keyword's group; one without a label has a group of its own.
  package let groups: [Int]

  package init(_ name: String) throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = tests.appendingPathComponent("Fixtures/clustering/\(name).csv")
    var keywords: [KeywordInput] = []
    var groups: [Int] = []
    var labels: [Substring: Int] = [:]
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      let fresh = keywords.count
      let group = fields[1].isEmpty ? fresh : labels[fields[1], default: fresh]
      if !fields[1].isEmpty { labels[fields[1]] = group }
      groups.append(group)
      keywords.append(KeywordInput(text: String(fields[0])))
    }
    self.keywords = keywords
    self.groups = groups
  }
}

extension Clustering {
  /// Every keyword's group; ones alone have their own.
  package func groups(count: Int) -> [Int] {
    var groups = (0..<count).map { clusters.count + $0 }
    for (number, cluster) in clusters.enumerated() {
      for member in cluster.members { groups[member] = number }
    }
    return groups
  }
}
