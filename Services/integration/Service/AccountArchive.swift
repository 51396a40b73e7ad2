import Exports

/// What owners find of this context in the archive of their account. Keys of AI providers stay
/// inside.
enum AccountArchive {
  static let tables: [ExportTable] = [
    .rows(
      "provider_settings", by: [.text("provider")],
      "provider is_active base_url model image_model created_at updated_at"),
    .rows(
      "prompts", by: [.text("prompt_type"), .number("version")],
      "prompt_type version prompt_value is_current created_by created_at"),
    .rows(
      "author_profiles",
      "id name description tone language structure_template is_active created_at updated_at"),
    .rows(
      "strategies",
      """
      id name description sector_id prompt_types section_logic is_active created_at updated_at
      """),
    .rows(
      "ai_task_logs",
      """
      id function task_id hold_id site_id sector_id provider model prompt_version succeeded
      error_code error tries was_repaired was_asked_again tokens_input tokens_output cost_micros
      duration_ms created_at
      """),
    .rows(
      "publishing_records",
      """
      id site_id content_id integration_id destination destination_type status external_id
      external_url attempts last_error error_code published_at created_at updated_at
      """),
  ]
}
