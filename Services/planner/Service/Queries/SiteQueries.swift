import Postgres

/// What a deleted site or sector leaves behind: $1 account, $2 site or sector.
enum SiteQueries {
  static let all = ofSite + ofSector

  static let ofSite = deletions(by: "site")
  static let ofSector = deletions(by: "sector")

  private static func deletions(by place: String) -> [Statement] {
    ["content_ideas", "keywords", "clusters"].map { table in
      Statement(
        "planner.\(place).delete_\(table)",
        "DELETE FROM \(table) WHERE account_id = $1 AND \(place)_id = $2")
    }
  }
}
