/// A stage of a run; the raw value is what tables and contracts hold.
package enum Stage: Int, Sendable, CaseIterable {
  case clustering = 1
  case ideas, tasks, contents, imagePrompts, images, publishing

  /// What people call it.
  package var name: String {
    switch self {
    case .clustering: "Keywords to clusters"
    case .ideas: "Clusters to ideas"
    case .tasks: "Ideas to tasks"
    case .contents: "Tasks to content"
    case .imagePrompts: "Content to image prompts"
    case .images: "Image prompts to images"
    case .publishing: "Publishing"
    }
  }

  /// The operation of the price list that it is charged by; nil where it is free.
  package var operation: String? {
    switch self {
    case .clustering: "clustering"
    case .ideas: "idea_generation"
    case .contents: "content_generation"
    case .imagePrompts: "image_prompt_extraction"
    case .images: "image_generation"
    case .tasks, .publishing: nil
    }
  }

  /// A whole batch is one call, instead of one call for each item.
  package var worksInBatches: Bool { self == .clustering || self == .tasks }

  /// Most calls in flight. A clustering call must see the clusters that the one before it made.
  package var concurrency: Int { worksInBatches ? 1 : 4 }

  package static let largestBatch = 50

  /// Items of a batch unless the configuration says otherwise.
  package var defaultBatchSize: Int { worksInBatches ? Self.largestBatch : 20 }
}
