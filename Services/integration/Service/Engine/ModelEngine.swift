import HTML
import IntegrationContract
import IntegrationCore
import Kernel

/// Does the AI functions with the models of a provider: renders the prompt, asks, checks the
/// answer against the function's schema, asks once more with the complaint.
struct ModelEngine: Engine {
  let provider: any Provider
  let model: String
  let caller: ProviderCaller
  let thinker: ThinkerStore

  func cluster(
    _ keywords: [KeywordInput], existing: [ExistingCluster], _ job: EngineJob
  ) async throws -> Clustering {
    let values = [
      "IGNY8_KEYWORDS": keywords.map(\.line).joined(separator: "\n"),
      "IGNY8_CLUSTERS": existing.map(\.line).joined(separator: "\n"),
    ]
    return try await ask(.autoCluster, job, values) { answer in
      Clustering(decoding: answer, keywords: keywords, existing: existing)
    }
  }

  func ideas(for cluster: IdeaCluster, _ job: EngineJob) async throws -> [Idea] {
    let lines = ["\(cluster.name): \(cluster.description)"] + cluster.keywords.map(\.line)
    let values = ["IGNY8_CLUSTERS": lines.joined(separator: "\n"), "language": "en"]
    return try await ask(.generateIdeas, job, values) { answer throws(ModelAnswer.Invalid) in
      let ideas = Idea.decoded(from: answer).map(\.idea).filter { !$0.title.isEmpty }
      guard !ideas.isEmpty else {
        throw ModelAnswer.Invalid(complaints: ["$.ideas must have an idea with a title"])
      }
      return ideas
    }
  }

  func draft(for task: DraftTask, _ job: EngineJob) async throws -> Draft {
    let rules = try await thinker.sectionLogic(sector: job.assignment.sectorID, job.account)
    let keywords = [task.primaryKeyword] + task.secondaryKeywords
    let values = [
      "IGNY8_IDEA": task.outline.map(\.text).joined(separator: "\n"),
      "IGNY8_CLUSTER": task.clusterName,
      "IGNY8_KEYWORDS": keywords.filter { !$0.isEmpty }.joined(separator: "\n"),
      "title": task.title, "word_count": String(task.targetWords), "tone": task.tone,
      "language": task.language, "style": job.author?.style ?? "",
      "structure": task.structure + (job.author.map { " \($0.structure)" } ?? ""),
      "section_rules": rules,
    ]
    return try await ask(.generateContent, job, values) { answer throws(ModelAnswer.Invalid) in
      let draft = Draft(decoding: answer)
      guard draft.wordCount > 0 else {
        throw ModelAnswer.Invalid(complaints: ["$.html must have visible words"])
      }
      guard !draft.title.isEmpty else {
        throw ModelAnswer.Invalid(complaints: ["$.title must not be empty"])
      }
      return draft
    }
  }

  func imagePrompts(for article: ArticleText, _ job: EngineJob) async throws -> [ImagePrompt] {
    let headings = article.illustrated.headings
    let values = [
      "title": article.title, "max_images": "3",
      "headings": headings.joined(separator: "\n"), "primary_keyword": article.primaryKeyword,
      "content": String(VisibleText.of(article.html).prefix(Self.longestText)),
    ]
    return try await ask(.generateImagePrompts, job, values) {
      answer throws(ModelAnswer.Invalid) in
      let prompts = ImagePrompt.decoded(from: answer, headings: headings)
      guard prompts.allSatisfy({ !$0.prompt.isEmpty }) else {
        throw ModelAnswer.Invalid(complaints: ["$: every prompt must have words"])
      }
      return prompts
    }
  }

  func image(for order: ImageOrder, _ job: EngineJob) async throws -> ImageFile {
    let (template, version) = try await thinker.prompt(
      .imagePromptTemplate, sector: job.assignment.sectorID, job.account)
    let prompt = template.rendered(
      [
        "prompt": order.prompt, "title": order.title, "image_type": order.kind.rawValue,
        "style": "editorial",
      ])
    let wanted = PictureOrder(
      model: model, prompt: String(prompt.prefix(4_000)), width: order.width,
      height: order.height)
    let picture = try await caller.call(provider, job) { limit in
      try await provider.image(wanted, within: limit)
    }
    job.tally.note {
      $0.promptVersion = version
      $0.tokensInput += picture.tokensInput
      $0.tokensOutput += picture.tokensOutput
      $0.costMicros +=
        PriceTable.costOfPicture(by: model)
        + PriceTable.cost(
          of: model, input: picture.tokensInput, output: picture.tokensOutput)
    }
    guard picture.bytes.count <= ImageFile.maxBytes else { throw AIFailure.tooLarge }
    guard let file = ImageFile(picture.bytes) else {
      throw AIFailure.unusable(["the file is no PNG, JPEG or WebP image"])
    }
    return file
  }

  /// Of an article, for a prompt; in characters.
  private static let longestText = 12_000

  // MARK: Asking

  /// Asks, and once more with what is wrong when the answer is not fit.
  private func ask<Result>(
    _ function: AIFunction, _ job: EngineJob, _ values: [String: String],
    _ decode: (ModelAnswer) throws(ModelAnswer.Invalid) -> Result
  ) async throws -> Result {
    let (template, version) = try await thinker.prompt(
      function.promptType, sector: job.assignment.sectorID, job.account)
    job.tally.note { $0.promptVersion = version }
    var order = CompletionOrder(
      model: model,
      turns: [
        .init(speaker: .system, text: PromptTemplate.dataRule),
        .init(speaker: .user, text: template.rendered(job.placeNames(values))),
      ],
      schemaName: function.rawValue, schema: function.schema)
    let first = try await complete(order, job)
    do {
      return try decode(try read(first, function, job))
    } catch let problem {
      job.tally.note { $0.wasAskedAgain = true }
      order.turns.append(.init(speaker: .assistant, text: String(first.text.prefix(8_000))))
      order.turns.append(.init(speaker: .user, text: Self.complaint(problem, about: first)))
    }
    let second = try await complete(order, job)
    do {
      return try decode(try read(second, function, job))
    } catch {
      throw AIFailure.unusable(error.complaints)
    }
  }

  private static func complaint(
    _ problem: ModelAnswer.Invalid, about completion: Completion
  ) -> String {
    let cutOff = completion.end == .cutOff ? ["it was cut off, be briefer"] : []
    return "That answer cannot be used: "
      + (cutOff + problem.complaints.prefix(10)).joined(separator: "; ")
      + ". Give the whole answer again as one JSON value that matches the schema."
  }

  private func complete(_ order: CompletionOrder, _ job: EngineJob) async throws -> Completion {
    let completion = try await caller.call(provider, job) { limit in
      try await provider.complete(order, within: limit)
    }
    job.tally.note {
      $0.tokensInput += completion.tokensInput
      $0.tokensOutput += completion.tokensOutput
      $0.costMicros += PriceTable.cost(
        of: model, input: completion.tokensInput, output: completion.tokensOutput)
    }
    guard completion.end != .declined else {
      throw AIFailure.unusable(["the model declined"])
    }
    return completion
  }

  private func read(
    _ completion: Completion, _ function: AIFunction, _ job: EngineJob
  ) throws(ModelAnswer.Invalid) -> ModelAnswer {
    let answer = try ModelAnswer(reading: completion.text, for: function)
    if answer.wasRepaired { job.tally.note { $0.wasRepaired = true } }
    return answer
  }
}

extension EngineJob {
  /// Values of placeholders, with the names of the place where the work belongs.
  fileprivate func placeNames(_ values: [String: String]) -> [String: String] {
    values.merging([
      "site_name": assignment.siteName, "sector_name": assignment.sectorName,
    ]) { given, _ in given }
  }
}

extension KeywordInput {
  fileprivate var line: String {
    "\(text) (volume \(volume), difficulty \(difficulty)"
      + (intent.isEmpty ? ")" : ", \(intent))")
  }
}

extension ExistingCluster {
  fileprivate var line: String { "\(name): \(terms.prefix(12).joined(separator: ", "))" }
}

extension OutlineSection {
  fileprivate var text: String {
    (["## \(heading)", brief] + subsections.map { "### \($0)" }).filter { !$0.isEmpty }
      .joined(separator: "\n")
  }
}
