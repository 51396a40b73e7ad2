/// The functions of spec 5 whose answer is JSON.
package enum AIFunction: String, Sendable, CaseIterable {
  case autoCluster = "auto_cluster"
  case generateIdeas = "generate_ideas"
  case generateContent = "generate_content"
  case generateImagePrompts = "generate_image_prompts"
  case optimizeContent = "optimize_content"
  case generateSiteStructure = "generate_site_structure"
  case generatePage = "generate_page"

  package var promptType: PromptType {
    switch self {
    case .autoCluster: .clustering
    case .generateIdeas: .ideas
    case .generateContent: .contentGeneration
    case .generateImagePrompts: .imagePromptExtraction
    case .optimizeContent: .optimization
    case .generateSiteStructure: .siteStructure
    case .generatePage: .pageGeneration
    }
  }

  /// The JSON schema of the answer, as text; strict: everything is required, nothing else allowed.
  package var schema: String {
    switch self {
    case .autoCluster: AnswerSchema.clustering
    case .generateIdeas: AnswerSchema.ideas
    case .generateContent: AnswerSchema.content
    case .generateImagePrompts: AnswerSchema.imagePrompts
    case .optimizeContent: AnswerSchema.optimization
    case .generateSiteStructure: AnswerSchema.siteStructure
    case .generatePage: AnswerSchema.page
    }
  }
}
