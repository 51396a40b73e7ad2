import IntegrationContract
import IntegrationCore
import Kernel
import Postgres
import RPC
import Resources

/// The AI functions. They compute, so they run on the pool.
struct AIHandlers: Sendable {
  let logs: TaskLogs
  let thinker: ThinkerStore

  func register(in routes: inout RPCRoutes) {
    routes.answer(AIMethods.clusterKeywords, on: .pool, clusterKeywords)
    routes.answer(AIMethods.generateIdeas, on: .pool, generateIdeas)
    routes.answer(AIMethods.generateContent, on: .pool, generateContent)
    routes.answer(AIMethods.generateImagePrompts, on: .pool, generateImagePrompts)
    routes.answer(AIMethods.generateImage, on: .pool, generateImage)
  }

  private func clusterKeywords(
    _ request: Integration.ClusterKeywordsRequest, _ call: IncomingCall
  ) async throws -> Integration.ClusterKeywordsReply {
    let job = try EngineJob(.cluster, request.assignment, call)
    guard !request.keywords.isEmpty else { throw RPCError.lacking("keywords") }
    let (clustering, usage) = try await logs.run(job) { engine, job in
      try await engine.cluster(
        request.keywords.map(KeywordInput.init),
        existing: request.existing.map(ExistingCluster.init), job)
    }
    return clustering.reply(request, usage)
  }

  private func generateIdeas(
    _ request: Integration.GenerateIdeasRequest, _ call: IncomingCall
  ) async throws -> Integration.GenerateIdeasReply {
    let job = try EngineJob(.ideas, request.assignment, call)
    guard let cluster = request.cluster else { throw RPCError.lacking("cluster") }
    let input = IdeaCluster(
      name: cluster.name, keywords: request.keywords.map(KeywordInput.init))
    let (ideas, usage) = try await logs.run(job) { engine, job in
      try await engine.ideas(for: input, job)
    }
    return Integration.GenerateIdeasReply(ideas: ideas.map(\.reply), usage: usage)
  }

  private func generateContent(
    _ request: Integration.GenerateContentRequest, _ call: IncomingCall
  ) async throws -> Integration.GenerateContentReply {
    let account = try call.requireAccount()
    let author = try await thinker.voice(of: request.authorProfileID, account)
    let job = try EngineJob(.content, request.assignment, call, author: author)
    guard !request.title.isEmpty else { throw RPCError.lacking("title") }
    let (draft, usage) = try await logs.run(job) { engine, job in
      try await engine.draft(for: DraftTask(request, author: author), job)
    }
    return draft.reply(usage)
  }

  private func generateImagePrompts(
    _ request: Integration.GenerateImagePromptsRequest, _ call: IncomingCall
  ) async throws -> Integration.GenerateImagePromptsReply {
    let job = try EngineJob(.imagePrompts, request.assignment, call)
    guard !request.title.isEmpty else { throw RPCError.lacking("title") }
    let article = ArticleText(
      title: request.title, html: request.html, primaryKeyword: request.primaryKeyword)
    let (prompts, usage) = try await logs.run(job) { engine, job in
      try await engine.imagePrompts(for: article, job)
    }
    let headings = article.illustrated.headings
    return Integration.GenerateImagePromptsReply(
      prompts: prompts.map { $0.reply(under: headings) }, usage: usage)
  }

  private func generateImage(
    _ request: Integration.GenerateImageRequest, _ call: IncomingCall
  ) async throws -> Integration.GenerateImageReply {
    let job = try EngineJob(.image, request.assignment, call)
    guard !request.prompt.isEmpty else { throw RPCError.lacking("prompt") }
    let order = ImageOrder(
      prompt: request.prompt, title: request.altText,
      kind: request.imageType == ImagePrompt.Kind.featured.rawValue ? .featured : .inArticle)
    let (file, usage) = try await logs.run(job) { engine, job in
      try await engine.image(for: order, job)
    }
    return Integration.GenerateImageReply(
      file: file.bytes, contentType: file.contentType, width: Int64(file.width),
      height: Int64(file.height), usage: usage)
  }
}
