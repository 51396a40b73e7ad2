/// The schemas of the functions' answers, as text.
enum AnswerSchema {
  private static let text = #"{"type":"string"}"#
  private static let texts = #"{"type":"array","items":{"type":"string"}}"#

  private static func object(_ members: [(String, String)]) -> String {
    let properties = members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",")
    let names = members.map { "\"\($0.0)\"" }.joined(separator: ",")
    return #"{"type":"object","additionalProperties":false,"#
      + "\"required\":[\(names)],\"properties\":{\(properties)}}"
  }

  private static func array(_ items: String) -> String { "{\"type\":\"array\",\"items\":\(items)}" }

  private static func choice(_ values: [String]) -> String {
    let list = values.map { "\"\($0)\"" }.joined(separator: ",")
    return "{\"type\":\"string\",\"enum\":[\(list)]}"
  }

  static let clustering = object([
    (
      "clusters",
      array(object([("name", text), ("description", text), ("keywords", texts)]))
    ),
    ("assignments", array(object([("keyword", text), ("cluster", text)]))),
    ("outliers", texts),
  ])

  static let ideas = object([
    (
      "ideas",
      array(
        object([
          ("cluster", text), ("title", text), ("description", text),
          ("content_type", choice(["blog_post", "article"])),
          ("content_structure", choice(ContentStructure.allCases.map(\.rawValue))),
          (
            "outline",
            array(object([("heading", text), ("brief", text), ("subsections", texts)]))
          ),
          ("target_keywords", texts), ("estimated_word_count", #"{"type":"integer"}"#),
        ]))
    )
  ])

  static let content = object([
    ("title", text), ("html", #"{"type":"string","minLength":1}"#), ("meta_title", text),
    ("meta_description", text), ("primary_keyword", text), ("secondary_keywords", texts),
    ("tags", texts), ("categories", texts), ("excerpt", text),
  ])

  static let imagePrompts = object([
    ("featured", object([("prompt", text), ("alt_text", text), ("caption", text)])),
    (
      "in_article",
      array(
        object([("heading", text), ("prompt", text), ("alt_text", text), ("caption", text)]))
    ),
  ])

  static let optimization = object([
    ("html", #"{"type":"string","minLength":1}"#), ("meta_title", text),
    ("meta_description", text), ("changes", texts),
  ])

  static let siteStructure = object([
    (
      "pages",
      array(object([("title", text), ("slug", text), ("kind", text), ("purpose", text)]))
    )
  ])

  static let page = object([
    ("title", text), ("meta_description", text),
    (
      "blocks",
      array(
        object([
          ("kind", choice(["hero", "text", "features", "steps", "faq", "cta"])), ("heading", text),
          ("text", text), ("items", texts),
        ]))
    ),
  ])
}
