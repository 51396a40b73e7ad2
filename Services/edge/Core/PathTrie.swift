/// The tree of all paths. A literal segment is tried before a parameter, and a path that leads
/// nowhere behind the literal still finds what stands behind the parameter.
package struct PathTrie<Entry: Sendable>: Sendable {
  package enum Step: Sendable, Equatable {
    case literal(String)
    case parameter
  }

  package struct Match: Sendable {
    /// Everything that was put at this path.
    package let entries: [Entry]
    /// What stood where the path has parameters, in order.
    package let captured: [String]
  }

  private struct Node: Sendable {
    var literals: [String: Int] = [:]
    var parameter: Int?
    var entries: [Entry] = []
  }

  private var nodes = [Node()]

  package init() {}

  package mutating func insert(_ steps: [Step], _ entry: Entry) {
    var place = 0
    for step in steps { place = child(of: place, step) }
    nodes[place].entries.append(entry)
  }

  private mutating func child(of place: Int, _ step: Step) -> Int {
    switch step {
    case .literal(let text):
      if let known = nodes[place].literals[text] { return known }
      nodes[place].literals[text] = nodes.count
    case .parameter:
      if let known = nodes[place].parameter { return known }
      nodes[place].parameter = nodes.count
    }
    nodes.append(Node())
    return nodes.count - 1
  }

  package func find(_ segments: [String]) -> Match? {
    var captured: [String] = []
    guard let place = walk(0, segments[...], &captured) else { return nil }
    return Match(entries: nodes[place].entries, captured: captured)
  }

  private func walk(
    _ place: Int, _ rest: ArraySlice<String>, _ captured: inout [String]
  ) -> Int? {
    guard let segment = rest.first else { return nodes[place].entries.isEmpty ? nil : place }
    if let next = nodes[place].literals[segment],
      let found = walk(next, rest.dropFirst(), &captured)
    {
      return found
    }
    guard let next = nodes[place].parameter else { return nil }
    captured.append(segment)
    if let found = walk(next, rest.dropFirst(), &captured) { return found }
    captured.removeLast()
    return nil
  }
}
