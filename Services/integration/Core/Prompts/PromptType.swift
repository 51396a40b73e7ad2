/// The kinds of prompt an account can make its own.
package enum PromptType: String, Sendable, CaseIterable {
  case clustering, ideas
  case contentGeneration = "content_generation"
  case imagePromptExtraction = "image_prompt_extraction"
  case imagePromptTemplate = "image_prompt_template"
  case negativePrompt = "negative_prompt"
  case optimization
  case siteStructure = "site_structure"
  case pageGeneration = "page_generation"
  case productGeneration = "product_generation"
  case serviceGeneration = "service_generation"
  case taxonomyGeneration = "taxonomy_generation"

  /// Also takes the names of the functions (`auto_cluster`, `generate_ideas` …).
  package init?(named name: String) {
    if let type = PromptType(rawValue: name) {
      self = type
    } else if let function = AIFunction(rawValue: name) {
      self = function.promptType
    } else {
      return nil
    }
  }

  /// The content prompt of an `entity_type`.
  package init(contentOf entityType: String) {
    switch entityType {
    case "product": self = .productGeneration
    case "service": self = .serviceGeneration
    case "taxonomy": self = .taxonomyGeneration
    default: self = .contentGeneration
    }
  }

  /// Placeholders without which a prompt of this type cannot do its work.
  package var required: [String] {
    switch self {
    case .clustering: ["[IGNY8_KEYWORDS]"]
    case .ideas: ["[IGNY8_CLUSTERS]"]
    case .contentGeneration, .productGeneration, .serviceGeneration, .taxonomyGeneration:
      ["[IGNY8_IDEA]", "[IGNY8_KEYWORDS]"]
    case .imagePromptExtraction: ["{title}", "{content}"]
    case .imagePromptTemplate: ["{prompt}"]
    case .negativePrompt: []
    case .optimization: ["{content}"]
    case .siteStructure: ["{brief}"]
    case .pageGeneration: ["{page}"]
    }
  }

  /// Every placeholder that is filled in, the required ones first.
  package var placeholders: [String] {
    required + optional
  }

  private var optional: [String] {
    switch self {
    case .clustering: ["[IGNY8_CLUSTERS]", "{site_name}", "{sector_name}"]
    case .ideas: ["{site_name}", "{sector_name}", "{language}"]
    case .contentGeneration, .productGeneration, .serviceGeneration, .taxonomyGeneration:
      [
        "[IGNY8_CLUSTER]", "{title}", "{word_count}", "{tone}", "{language}", "{style}",
        "{structure}", "{site_name}", "{sector_name}", "{section_rules}",
      ]
    case .imagePromptExtraction: ["{max_images}", "{headings}", "{primary_keyword}"]
    case .imagePromptTemplate: ["{title}", "{image_type}", "{style}"]
    case .negativePrompt: ["{title}"]
    case .optimization: ["{title}", "{analysis}", "{primary_keyword}", "{secondary_keywords}"]
    case .siteStructure: ["{site_name}", "{objectives}", "{style}", "{industry}"]
    case .pageGeneration: ["{brief}", "{site_name}", "{style}", "{objectives}"]
    }
  }

  /// Read by a picture model, which takes words as they are and follows no instructions.
  var isForPictures: Bool { self == .imagePromptTemplate || self == .negativePrompt }
}
