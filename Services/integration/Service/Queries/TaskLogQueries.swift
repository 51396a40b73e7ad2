import Postgres

/// Statements about the log of AI work.
enum TaskLogQueries {
  static let insert = Statement(
    "integration.ai_task_log.insert",
    """
    INSERT INTO ai_task_logs (account_id, function, task_id, hold_id, site_id, sector_id, provider,
      model, prompt_version, succeeded, error_code, error, tries, was_repaired, was_asked_again,
      tokens_input, tokens_output, cost_micros, duration_ms, created_at)
    VALUES ($1, $2, $3, $4, nullif($5::bigint, 0), $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
      $16, $17, $18, $19, $20)
    RETURNING id
    """)

  static let all = [insert]
}
