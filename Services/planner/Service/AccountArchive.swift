import Exports

/// What owners find of this context in the archive of their account.
enum AccountArchive {
  static let tables: [ExportTable] = [
    .rows(
      "clusters",
      "id site_id sector_id name description status terms created_at updated_at"),
    .rows(
      "keywords",
      """
      id site_id sector_id keyword volume difficulty intent status seed_keyword_id cluster_id
      outlier_at created_at updated_at
      """),
    .rows(
      "content_ideas",
      """
      id site_id sector_id title description outline content_type content_structure cluster_id
      target_keywords estimated_word_count status task_id created_at updated_at
      """),
    .rows("cluster_contents", by: [.number("content_id")], "content_id cluster_id"),
  ]
}
