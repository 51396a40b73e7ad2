/// The stages of a pipeline that work on the writer's objects.
package enum PipelineStage: Int32, Sendable, CaseIterable {
  case tasksToContent = 4
  case contentToPrompts = 5
  case promptsToImages = 6
  case publishing = 7
}

/// What clients and runs ask the writer to do.
package enum WorkKind: String, Sendable, CaseIterable {
  case content = "content_generation"
  case imagePrompts = "image_prompt_extraction"
  case image = "image_generation"
  case publishing
}
