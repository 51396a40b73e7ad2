import AuthContract
import Events
import IntegrationContract
import JSON
import Kernel
import Metering
import PlannerCore
import Postgres
import RPC
import Resources

/// Generates the ideas of one cluster.
struct IdeaWork: Sendable {
  /// Keywords that the AI function is told, the strongest ones.
  private static let shownKeywords: Int64 = 100

  let planning: Planning
  let ai: AIClient
  let cluster: Int64
  let call: IncomingCall

  struct Input: Sendable {
    let cluster: Integration.ClusterInput
    let keywords: [Integration.KeywordInput]
    let place: Auth.Place
    let site: Int64
    let sector: Int64
  }

  var parts: PaidWork<Input, [IdeaDraft]> { PaidWork(load: load, ask: ask, save: save) }

  @Sendable
  private func load() async throws -> Prepared<Input> {
    let found = try await planning.run(
      ClusterQueries.find, [.ints([cluster]), call.reach], for: call)
    guard let row = found.first else { throw RPCError.missing }
    let (site, sector) = (try row.int(1), try row.int(2))
    let place = try await planning.places.check(site: site, sector: sector, call)
    let keywords = try await planning.run(
      ClusterQueries.keywords, [.int(cluster), .int(Self.shownKeywords)], for: call
    ).map(Integration.KeywordInput.init(row:))
    guard !keywords.isEmpty else {
      throw RPCError(.failedPrecondition, "The cluster has no active keywords")
    }
    let name = try row.text(3)
    let input = Input(
      cluster: Integration.ClusterInput(
        id: cluster, name: name, terms: try row.texts(4), keywords: keywords.map(\.keyword)),
      keywords: keywords, place: place, site: site, sector: sector)
    return .work(
      input, Charge("idea_generation", reference: "ideas for \(name)", site: SiteID(site)))
  }

  @Sendable
  private func ask(_ input: Input, hold: Int64) async throws -> Made<[IdeaDraft]> {
    let reply = try await ai.generateIdeas(
      Integration.GenerateIdeasRequest(
        assignment: Integration.Assignment(hold: hold, input.place, call),
        cluster: input.cluster, keywords: input.keywords),
      call.outgoingInternal(key: call.idempotencyKey, timeout: PaidHandlers.patience))
    let ideas = reply.ideas.compactMap(IdeaDraft.init(answer:))
    guard !ideas.isEmpty else {
      throw RPCError(.internal, "The AI function had no ideas", reason: "upstream")
    }
    return Made(ideas, usage: reply.usage)
  }

  @Sendable
  private func save(
    _ input: Input, _ drafts: [IdeaDraft], in transaction: Transaction
  ) async throws -> Saved {
    let account = try call.requireAccount()
    let ideas = try await new(drafts, of: account, in: transaction)
    let now = planning.time.now()
    let rows = try await transaction.runAll(
      ideas.map { idea in
        (
          IdeaQueries.insert,
          [.id(account), .int(input.site), .int(input.sector), .int(cluster)] + idea.columns
            + [.instant(now)]
        )
      })
    let ids = try rows.map { try $0.one().int(0) }
    let result: JSONValue = [
      "cluster_id": .int(cluster), "ideas_created": .int(Int64(ids.count)),
      "idea_ids": .array(ids.map { .int($0) }),
    ]
    return Saved(
      result: result.text, relatedType: "cluster", relatedID: cluster,
      messages: zip(ids, ideas).map { id, idea in
        PlannerEvents.created(
          idea: id, title: idea.title, cluster: cluster, site: input.site,
          sector: input.sector, of: account)
      })
  }
}

extension IdeaWork {
  /// The ideas that the cluster does not have yet.
  /// - Throws: `RPCError` when there are none, so that nobody pays for the same ideas twice.
  private func new(
    _ drafts: [IdeaDraft], of account: AccountID, in transaction: Transaction
  ) async throws -> [IdeaDraft] {
    let present = try await transaction.run(
      ClusterQueries.own, [.id(account), .int(cluster)])
    guard !present.isEmpty else { throw RPCError.missing }
    var titles = Set(
      try await transaction.run(IdeaQueries.titles, [.id(account), .int(cluster)])
        .map { try $0.text(0) })
    let ideas = drafts.filter { titles.insert($0.title.lowercased()).inserted }
    guard !ideas.isEmpty else {
      throw RPCError(
        .failedPrecondition, "The cluster has these ideas already", reason: "no_new_ideas")
    }
    return ideas
  }
}

extension IdeaDraft {
  init?(answer idea: Integration.IdeaOutput) {
    self.init(
      title: idea.title, description: idea.description, type: idea.contentType,
      structure: idea.contentStructure,
      outline: idea.outline.map {
        OutlineSection(heading: $0.heading, brief: $0.brief, subheadings: $0.subheadings)
      }, keywords: idea.targetKeywords, wordCount: idea.estimatedWordCount)
  }

  /// Title to words, as `planner.idea.insert` takes them.
  fileprivate var columns: [SQLValue] {
    [
      .text(title), .text(description), .json(OutlineSection.json(outline)), .text(type),
      .text(structure), .texts(keywords), .int(wordCount),
    ]
  }
}

extension Integration.KeywordInput {
  /// A row of `planner.cluster.keywords`.
  init(row: Row) throws {
    self.init(
      id: try row.int(0), keyword: try row.text(1), volume: try row.int(2),
      difficulty: try row.int(3), intent: try row.text(4))
  }
}
