import JSON

/// A section of an article to be written.
package struct OutlineSection: Sendable, Equatable {
  package let heading: String
  package let brief: String
  package let subheadings: [String]

  package init(heading: String, brief: String = "", subheadings: [String] = []) {
    (self.heading, self.brief, self.subheadings) = (heading, brief, subheadings)
  }
}

/// The outline of a task, which people and models write in several shapes.
package enum Outline {
  /// The sections of an outline: an array of texts or of objects, or an object with `sections`.
  /// What has no heading is left out; what is no JSON has no sections.
  package static func sections(of json: String) -> [OutlineSection] {
    guard let value = try? JSONValue(parsing: json) else { return [] }
    return (value.array ?? value["sections"]?.array ?? []).compactMap(section)
  }

  private static func section(_ value: JSONValue) -> OutlineSection? {
    guard let heading = heading(of: value) else { return nil }
    let brief = value["brief"]?.string ?? value["description"]?.string ?? ""
    let below = value["subheadings"]?.array ?? value["sections"]?.array ?? []
    return OutlineSection(
      heading: heading, brief: brief, subheadings: below.compactMap(Self.heading))
  }

  private static func heading(of value: JSONValue) -> String? {
    let text = value.string ?? value["heading"]?.string ?? value["title"]?.string
    return text.flatMap { $0.isEmpty ? nil : $0 }
  }
}
