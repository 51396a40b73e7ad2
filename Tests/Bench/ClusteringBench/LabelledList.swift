import Foundation

/// A list of Tests/Fixtures/clustering.
struct LabelledList {
  let name: String
  let keywords: [String]
  /// Every keyword's group; one without a label has a group of its own.
  let groups: [Int]

  init(name: String, csv: String) {
    self.name = name
    var keywords: [String] = []
    var groups: [Int] = []
    var numbers: [Substring: Int] = [:]
    for line in csv.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 2 else { continue }
      let fresh = numbers.count + keywords.count + 1
      let group = fields[1].isEmpty ? fresh : numbers[fields[1], default: fresh]
      if !fields[1].isEmpty { numbers[fields[1]] = group }
      keywords.append(String(fields[0]))
      groups.append(group)
    }
    self.keywords = keywords
    self.groups = groups
  }

  static func read(_ name: String, from folder: String) throws -> LabelledList {
    let csv = try String(contentsOfFile: "\(folder)/\(name).csv", encoding: .utf8)
    return LabelledList(name: name, csv: csv)
  }
}
