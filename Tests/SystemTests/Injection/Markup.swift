/// Looks at HTML as a browser would, as far as tags go.
enum Markup {
  /// Whether it has no element that runs or loads a program, no attribute that is one, and no tag
  /// whose end is unclear.
  static func runsNothing(_ html: String) -> Bool {
    var rest = html[...]
    while let open = rest.firstIndex(of: "<") {
      rest = rest[open...]
      if let tag = rest.prefixMatch(of: #/<(/?)([A-Za-z][A-Za-z0-9-]*)([^<>]*)>/#) {
        let (name, attributes) = (tag.2.lowercased(), String(tag.3))
        rest = rest[tag.range.upperBound...]
        guard tag.1.isEmpty else { continue }
        guard isHarmless(name, attributes) else { return false }
        // The rest of such an element is text, up to its end.
        guard ["script", "style"].contains(name) else { continue }
        guard let end = rest.firstIndex(of: "<"), rest[end...].hasPrefix("</\(name)>") else {
          return false
        }
        rest = rest[end...]
      } else if rest.prefixMatch(of: #/<[A-Za-z]/#) != nil {
        return false
      } else {
        rest.removeFirst()
      }
    }
    return true
  }

  private static func isHarmless(_ name: String, _ attributes: String) -> Bool {
    let isData = name == "script" && attributes.contains("type=\"application/ld+json\"")
    let runs = ["script", "svg", "iframe", "object", "embed", "base", "math", "form"]
    if runs.contains(name), !isData { return false }
    for attribute in attributes.matches(of: #/([^\s=\/]+)\s*=\s*("[^"]*"|'[^']*'|[^\s]+)/#) {
      let (name, value) = (attribute.1.lowercased(), attribute.2.lowercased())
      if name.hasPrefix("on") || name == "srcdoc" { return false }
      if value.contains("javascript:"), ["href", "src", "action"].contains(name) { return false }
    }
    return true
  }
}
