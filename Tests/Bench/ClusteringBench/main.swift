// bench-clustering [--show]: agreement of the local engine's clusters with hand labels, against a
// baseline, in one run.
import Foundation
import IntegrationCore

let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
let folder = root.appendingPathComponent("Fixtures/clustering").path
let sets = [("coffee", "dev"), ("gardening", "dev"), ("email", "held-out"), ("homeoffice", "held-out")]

func groups(of clustering: Clustering, count: Int) -> [Int] {
  var groups = Array(repeating: -1, count: count)
  for (number, cluster) in clustering.clusters.enumerated() {
    for member in cluster.members { groups[member] = number }
  }
  for (index, group) in groups.enumerated() where group < 0 {
    groups[index] = clustering.clusters.count + index
  }
  return groups
}

func number(_ value: Double, _ digits: Int = 3) -> String { String(format: "%.\(digits)f", value) }

func bench() throws {
  print("set         part      ARI    F1     prec   recall clusters outliers ms    | base ARI F1    ratio F1")
  for (name, part) in sets {
    let list = try LabelledList.read(name, from: folder)
    let inputs = list.keywords.map { KeywordInput(text: $0) }
    let clock = ContinuousClock()
    var clustering = Clustering()
    let time = clock.measure { clustering = KeywordClustering().cluster(inputs) }
    let found = Agreement(found: groups(of: clustering, count: inputs.count), truth: list.groups)
    let base = Agreement(found: jaccardGroups(list.keywords), truth: list.groups)
    let milliseconds = Double(time.components.attoseconds) / 1e15
    print(
      name.padding(toLength: 11, withPad: " ", startingAt: 0),
      part.padding(toLength: 9, withPad: " ", startingAt: 0),
      number(found.adjustedRand), " ", number(found.f1), "", number(found.precision), "",
      number(found.recall), String(format: "%8d %8d", clustering.clusters.count, clustering.outliers.count),
      number(milliseconds, 1), " | ", number(base.adjustedRand), number(base.f1),
      " ", number(found.f1 / max(base.f1, 0.001), 2))
    guard CommandLine.arguments.contains("--show") else { continue }
    for cluster in clustering.clusters {
      print("  [\(cluster.name)]", cluster.members.map { list.keywords[$0] }.joined(separator: "; "))
    }
    print("  outliers:", clustering.outliers.map { list.keywords[$0] }.joined(separator: "; "))
  }
  let words = (0..<200).map { "word\($0)x" }
  let thousand = (0..<1000).map {
    KeywordInput(text: "\(words[$0 % 120]) \(words[($0 * 7) % 200]) \(words[($0 * 13) % 60])")
  }
  let time = ContinuousClock().measure { _ = KeywordClustering().cluster(thousand) }
  print("1,000 keywords:", time)
}

try bench()
