import RouteTable

/// What one route answers to somebody who may call it, about an object that is theirs.
struct Expectation {
  /// How the path's parameters are filled, in their order.
  enum Filling: Equatable {
    /// With the id of the caller's own object of that kind.
    case own(String)
    /// With an object that belongs to no account.
    case global(String)
    case literal(String)
  }

  let route: String
  /// Nil for what nobody is asked who may.
  let status: Int?
  let fillings: [Filling]

  /// `PATCH /api/v1/planner/keywords/{id}/ 200 keyword`: verb and path, status, then for each
  /// parameter a kind of object, `global:kind` or `=text`.
  init?(line: Substring) {
    let words = line.split(separator: " ").map(String.init)
    guard words.count >= 3, words[2] == "-" || Int(words[2]) != nil else { return nil }
    (route, status) = ("\(words[0]) \(words[1])", Int(words[2]))
    fillings = words.dropFirst(3).map { word in
      if word.hasPrefix("=") { return .literal(String(word.dropFirst())) }
      if word.hasPrefix("global:") { return .global(String(word.dropFirst(7))) }
      return .own(word)
    }
  }

  /// The kinds of objects that the path names and that belong to an account.
  var kinds: [String] {
    fillings.compactMap { if case .own(let kind) = $0 { kind } else { nil } }
  }
}

extension Route {
  /// How expectations call this route.
  var label: String { "\(shape == .events ? "EVENTS" : verb.rawValue) \(path)" }

  /// The path with its parameters filled.
  func path(_ values: [String]) -> String {
    var rest = values[...]
    let parts = segments.map { segment in
      if case .literal(let text) = segment { text } else { rest.popFirst() ?? "0" }
    }
    return "/" + parts.map { $0 + "/" }.joined()
  }
}
