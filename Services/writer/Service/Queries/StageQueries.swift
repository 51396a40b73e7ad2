import Postgres
import WriterCore

/// Statements on what a stage of the pipeline would work on. $1 account, $2 site; the lists also $3
/// the id behind which they begin and $4 the limit.
enum StageQueries {
  private static let tasks =
    "FROM tasks AS t WHERE t.account_id = $1 AND t.site_id = $2 AND t.status = 'pending'"

  private static let withoutPrompts = """
    FROM contents AS t WHERE t.account_id = $1 AND t.site_id = $2 AND t.source = 'igny8'
      AND t.status <> 'published' AND NOT EXISTS (
        SELECT FROM images AS i WHERE i.account_id = t.account_id AND i.content_id = t.id)
    """

  private static let images = """
    FROM images AS t WHERE t.account_id = $1 AND t.site_id = $2 AND t.status = 'pending'
      AND t.prompt <> ''
    """

  private static let unpublished = """
    FROM contents AS t WHERE t.account_id = $1 AND t.site_id = $2 AND t.status <> 'published'
      AND t.source = 'igny8' AND t.html_content <> ''
    """

  private static let behind = "AND t.id > $3 ORDER BY t.id LIMIT $4"

  static func list(_ stage: PipelineStage) -> Statement {
    switch stage {
    case .tasksToContent:
      Statement(
        "writer.stage.tasks",
        "SELECT t.id, t.sector_id, t.title, t.word_count_target \(tasks) \(behind)")
    case .contentToPrompts:
      Statement(
        "writer.stage.without_prompts",
        "SELECT t.id, t.sector_id, t.title, 1::bigint \(withoutPrompts) \(behind)")
    case .promptsToImages:
      Statement(
        "writer.stage.images",
        """
        SELECT t.id, t.sector_id, t.image_type || ': ' || left(t.prompt, 120), 1::bigint
        \(images) \(behind)
        """)
    case .publishing:
      Statement(
        "writer.stage.unpublished",
        "SELECT t.id, t.sector_id, t.title, 1::bigint \(unpublished) \(behind)")
    }
  }

  static func count(_ stage: PipelineStage) -> Statement {
    switch stage {
    case .tasksToContent: Statement("writer.stage.tasks_count", "SELECT count(*) \(tasks)")
    case .contentToPrompts:
      Statement("writer.stage.without_prompts_count", "SELECT count(*) \(withoutPrompts)")
    case .promptsToImages: Statement("writer.stage.images_count", "SELECT count(*) \(images)")
    case .publishing:
      Statement("writer.stage.unpublished_count", "SELECT count(*) \(unpublished)")
    }
  }

  /// $1 account, $2 ids.
  static func check(_ kind: WorkKind) -> Statement {
    switch kind {
    case .content:
      Statement(
        "writer.work.tasks",
        """
        SELECT id, sector_id, title, word_count_target, site_id,
          CASE status WHEN 'archived' THEN 'is archived' END
        FROM tasks WHERE account_id = $1 AND id = ANY ($2)
        """)
    case .imagePrompts, .publishing:
      Statement(
        "writer.work.contents",
        """
        SELECT id, sector_id, title, 1::bigint, site_id,
          CASE html_content WHEN '' THEN 'has no text' END
        FROM contents WHERE account_id = $1 AND id = ANY ($2)
        """)
    case .image:
      Statement(
        "writer.work.images",
        """
        SELECT id, sector_id, image_type || ': ' || left(prompt, 120), 1::bigint, site_id,
          CASE prompt WHEN '' THEN 'has no prompt' END
        FROM images WHERE account_id = $1 AND id = ANY ($2)
        """)
    }
  }
}
