import Events
import JSON
import Kernel

/// What other contexts are told.
///
/// - `keyword_added` {site_id, sector_id, ids, count}
/// - `cluster_created` {id, site_id, sector_id, name, keywords_count}
/// - `idea_created` {id, site_id, sector_id, title, cluster_id}
enum PlannerEvents {
  /// Most keywords that one event names.
  static let keywordsAtOnce = 1_000

  static func added(
    keywords ids: [Int64], site: Int64, sector: Int64, of account: AccountID
  ) -> [OutboxMessage] {
    stride(from: 0, to: ids.count, by: keywordsAtOnce).map { start in
      let some = ids[start..<min(start + keywordsAtOnce, ids.count)]
      let payload: JSONValue = [
        "site_id": .int(site), "sector_id": .int(sector), "count": .int(Int64(some.count)),
        "ids": .array(some.map { .int($0) }),
      ]
      return .event("keyword_added", account: account, payload: payload.text)
    }
  }

  static func created(
    cluster id: Int64, name: String, keywords: Int, site: Int64, sector: Int64,
    of account: AccountID
  ) -> OutboxMessage {
    let payload: JSONValue = [
      "id": .int(id), "site_id": .int(site), "sector_id": .int(sector), "name": .string(name),
      "keywords_count": .int(Int64(keywords)),
    ]
    return .event(
      "cluster_created", account: account, payload: payload.text, key: "cluster/\(id)")
  }

  static func created(
    idea id: Int64, title: String, cluster: Int64?, site: Int64, sector: Int64,
    of account: AccountID
  ) -> OutboxMessage {
    let payload: JSONValue = [
      "id": .int(id), "site_id": .int(site), "sector_id": .int(sector),
      "title": .string(title), "cluster_id": cluster.map { .int($0) } ?? .null,
    ]
    return .event("idea_created", account: account, payload: payload.text, key: "idea/\(id)")
  }
}
