import Exports

/// What owners find of this context in the archive of their account.
enum AccountArchive {
  static let tables: [ExportTable] = [
    .rows(
      "tasks",
      """
      id site_id sector_id title description cluster_id cluster_name idea_id outline content_type
      content_structure keywords word_count_target due_date status error created_at updated_at
      """),
    .rows(
      "contents",
      """
      id site_id sector_id task_id title slug html_content excerpt word_count meta_title
      meta_description primary_keyword secondary_keywords tags categories entity_type content_type
      status source sync_status external_id external_url hosted internal_links linker_version
      optimizer_version optimization_scores revision model author_profile_id published_at
      created_at updated_at
      """),
    .rows(
      "content_revisions",
      "id content_id revision title html_content word_count reason user_id created_at"),
    .rows(
      "images",
      """
      id site_id sector_id content_id task_id image_type position prompt alt_text caption provider
      model status width height bytes checksum error created_at updated_at
      """),
    .files(
      "image_files", by: [.number("image_id")], named: ImageQueries.archivedName, body: "t.body"),
  ]
}
