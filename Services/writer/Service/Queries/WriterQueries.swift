import Postgres
import WriterCore

/// Every statement of the service that no resource composes, for the check against the schema.
enum WriterQueries {
  static let all: [Statement] =
    [
      TaskQueries.queue, TaskQueries.byIdea, TaskQueries.cluster, TaskQueries.forWriting,
      TaskQueries.claim,
      TaskQueries.giveBack, TaskQueries.written, TaskQueries.setStatus,
      ContentQueries.lock, ContentQueries.lockSlugs, ContentQueries.slugs, ContentQueries.ofTask,
      ContentQueries.insert, ContentQueries.rewrite, ContentQueries.restore,
      ContentQueries.forPrompts, RevisionQueries.snapshot, RevisionQueries.list,
      RevisionQueries.count,
      ImageQueries.ofContents(selecting: "t.id"), ImageQueries.insert, ImageQueries.unmade,
      ImageQueries.forMaking,
      ImageQueries.lock, ImageQueries.generated, ImageQueries.failed, ImageQueries.storeFile,
      ImageQueries.file,
      ImageQueries.publishedFile, PublicationQueries.markPublished, PublicationQueries.unpublish,
      PublicationQueries.taskTitle, PublicationQueries.countPublished,
      PublicationQueries.published, PublicationQueries.bySlug,
    ] + PipelineStage.allCases.flatMap { [StageQueries.list($0), StageQueries.count($0)] }
    + WorkKind.allCases.map(StageQueries.check) + SiteQueries.all
}
