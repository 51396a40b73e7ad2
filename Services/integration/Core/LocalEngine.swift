/// The built-in engine of spec 5: does every AI function from the words it is given, without a
/// network, a clock or chance. The same input gives the same answer in every process.
package struct LocalEngine: Sendable {
  /// What `model` says in results and logs.
  package static let model = "local/igny8-1"

  package init() {}

  /// Groups keywords by meaning; extends `existing` before it makes new ones.
  package func cluster(
    _ keywords: [KeywordInput], existing: [ExistingCluster] = []
  ) -> Clustering {
    KeywordClustering().cluster(keywords, existing: existing)
  }

  /// One to three ideas; every keyword of the cluster is a target of one of them.
  package func ideas(for cluster: IdeaCluster) -> [Idea] {
    IdeaComposer().ideas(for: cluster)
  }

  /// An outline-grade article, within 15 % of the words asked for, of which 250...5,000 count.
  package func draft(for task: DraftTask) -> Draft {
    DraftComposer(task: task).draft()
  }

  /// One featured prompt and `inArticle` (clamped to 1...6) prompts under the article's headings.
  package func imagePrompts(for article: IllustratedArticle, inArticle: Int = 3) -> [ImagePrompt] {
    ImagePromptComposer().prompts(for: article, inArticle: inArticle)
  }

  /// A PNG file of the size asked for (`ImageOrder.featuredSize`, `.inArticleSize`).
  package func image(for order: ImageOrder) -> [UInt8] {
    ImageRenderer(order: order).png()
  }

  /// Rewrites only what the analysis finds weak.
  package func optimize(_ order: OptimizationOrder) -> Optimization {
    ContentOptimizer(order: order).optimize()
  }

  /// The pages of a site, from a brief.
  package func siteStructure(for brief: SiteBrief) -> SiteStructure {
    SiteComposer(brief: brief).structure()
  }

  /// The blocks of one page of a site.
  package func page(_ page: SitePage, of brief: SiteBrief) -> PageBlocks {
    SiteComposer(brief: brief).blocks(of: page)
  }
}
