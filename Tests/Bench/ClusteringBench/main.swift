// bench-clustering [--show]: how well the local engine's clusters agree with hand labels, against a
// baseline, in one run.
import ClusteringKit
import Foundation
import IntegrationCore

func text(_ value: Double, _ digits: Int = 3) -> String { String(format: "%.\(digits)f", value) }

func column(_ text: String, _ width: Int = 9) -> String {
  text.padding(toLength: width, withPad: " ", startingAt: 0)
}

func milliseconds(_ time: Duration) -> Double {
  Double(time.components.seconds) * 1000 + Double(time.components.attoseconds) / 1e15
}

func measure(_ name: String, _ part: String) throws -> Double {
  let list = try LabelledList(name)
  var clustering = Clustering()
  let time = ContinuousClock().measure { clustering = KeywordClustering().cluster(list.keywords) }
  let count = list.keywords.count
  let found = Agreement(found: clustering.groups(count: count), truth: list.groups)
  let base = Agreement(found: jaccardGroups(list.keywords.map(\.text)), truth: list.groups)
  let ratio = base.f1 > 0 ? text(found.f1 / base.f1, 2) : "-"
  let cells = [
    text(found.adjustedRand), text(found.f1), text(found.precision), text(found.recall),
    String(clustering.clusters.count), String(clustering.outliers.count),
    text(milliseconds(time), 1), text(base.adjustedRand), text(base.f1), ratio,
  ]
  print(column(name, 12) + (["\(part)"] + cells).map { column($0) }.joined())
  guard CommandLine.arguments.contains("--show") else { return found.adjustedRand }
  for cluster in clustering.clusters {
    let members = cluster.members.map { list.keywords[$0].text }.joined(separator: "; ")
    print("  [\(cluster.name)] \(members)")
  }
  print("  alone:", clustering.outliers.map { list.keywords[$0].text }.joined(separator: "; "))
  return found.adjustedRand
}

func measureThousand() {
  let keywords = (0..<1000).map {
    KeywordInput(text: "word\($0 % 120)x word\($0 * 7 % 200)y word\($0 * 13 % 60)z")
  }
  let time = ContinuousClock().measure { _ = KeywordClustering().cluster(keywords) }
  print("1,000 keywords: \(text(milliseconds(time), 0)) ms")
}

let names = [
  "part", "ARI", "F1", "prec", "recall", "clusters", "alone", "ms", "base ARI", "base F1",
  "F1 ratio",
]
print(column("list", 12) + names.map { column($0) }.joined())
var heldOut: [Double] = []
for (name, part) in LabelledList.all {
  let rand = try measure(name, part)
  if part == "held-out" { heldOut.append(rand) }
}
print("held-out mean ARI: \(text(heldOut.reduce(0, +) / Double(heldOut.count)))")
measureThousand()
