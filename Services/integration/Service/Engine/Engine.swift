import IntegrationCore

/// Does the AI functions, by whatever means.
protocol Engine: Sendable {
  func cluster(
    _ keywords: [KeywordInput], existing: [ExistingCluster], _ job: EngineJob
  ) async throws -> Clustering

  func ideas(for cluster: IdeaCluster, _ job: EngineJob) async throws -> [Idea]

  func draft(for task: DraftTask, _ job: EngineJob) async throws -> Draft

  func imagePrompts(for article: ArticleText, _ job: EngineJob) async throws -> [ImagePrompt]

  func image(for order: ImageOrder, _ job: EngineJob) async throws -> ImageFile
}

/// An article whose pictures are to be thought of.
struct ArticleText: Sendable {
  let title: String
  let html: String
  let primaryKeyword: String

  var illustrated: IllustratedArticle {
    IllustratedArticle(title: title, html: html, primaryKeyword: primaryKeyword)
  }
}

/// The engine of the platform itself: no key, no network, the same answer every time.
struct BuiltInEngine: Engine {
  private let engine = LocalEngine()

  func cluster(
    _ keywords: [KeywordInput], existing: [ExistingCluster], _ job: EngineJob
  ) async throws -> Clustering {
    engine.cluster(keywords, existing: existing)
  }

  func ideas(for cluster: IdeaCluster, _ job: EngineJob) async throws -> [Idea] {
    engine.ideas(for: cluster)
  }

  func draft(for task: DraftTask, _ job: EngineJob) async throws -> Draft {
    engine.draft(for: task)
  }

  func imagePrompts(for article: ArticleText, _ job: EngineJob) async throws -> [ImagePrompt] {
    engine.imagePrompts(for: article.illustrated)
  }

  func image(for order: ImageOrder, _ job: EngineJob) async throws -> ImageFile {
    let bytes = engine.image(for: order)
    guard let file = ImageFile(bytes) else { throw AIFailure.unusable(["not an image"]) }
    return file
  }
}
