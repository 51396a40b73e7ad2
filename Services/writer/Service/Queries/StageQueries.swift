import Postgres
import WriterCore

/// Statements on what a stage of the pipeline would work on. $1 account, $2 site; the lists also $3
/// the id behind which they begin and $4 the limit; those of tasks last the time before which work
/// on a task counts as given up.
enum StageQueries {
  /// - Parameter givenUp: the parameter with the time before which work counts as given up.
  private static func tasks(givenUp: String) -> String {
    """
    FROM tasks AS t WHERE t.account_id = $1 AND t.site_id = $2 AND (t.status = 'pending'
      OR (t.status = 'in_progress' AND t.work_key IS NOT NULL AND t.updated_at < \(givenUp)))
    """
  }

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
        """
        SELECT t.id, t.sector_id, t.title, t.word_count_target
        \(tasks(givenUp: "$5")) \(behind)
        """)
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
    case .tasksToContent:
      Statement("writer.stage.tasks_count", "SELECT count(*) \(tasks(givenUp: "$3"))")
    case .contentToPrompts:
      Statement("writer.stage.without_prompts_count", "SELECT count(*) \(withoutPrompts)")
    case .promptsToImages: Statement("writer.stage.images_count", "SELECT count(*) \(images)")
    case .publishing:
      Statement("writer.stage.unpublished_count", "SELECT count(*) \(unpublished)")
    }
  }

  /// $1 account, $2 ids; for tasks $3 the time before which work counts as given up.
  static func check(_ kind: WorkKind) -> Statement {
    switch kind {
    case .content:
      Statement(
        "writer.work.tasks",
        """
        SELECT id, sector_id, title, word_count_target, site_id,
          CASE WHEN status = 'archived' THEN 'is archived'
            WHEN status = 'in_progress' AND work_key IS NOT NULL AND updated_at >= $3
              THEN 'is being written' END
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
