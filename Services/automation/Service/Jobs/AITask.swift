import AutomationCore
import JSON
import Jobs
import Kernel
import RPC

/// What a person may ask to be done at once; the raw value is the task's `function`.
enum AITask: String, Sendable, CaseIterable {
  case cluster = "auto_cluster"
  case ideas = "generate_ideas"
  case content = "generate_content"
  case imagePrompts = "generate_image_prompts"
  case images = "generate_images"
  case publish

  /// The kind of its jobs.
  var kind: String { "task.\(rawValue)" }

  init?(kind: String) {
    guard kind.hasPrefix("task.") else { return nil }
    self.init(rawValue: String(kind.dropFirst(5)))
  }

  /// The operation of the price list; nil where it is free.
  var operation: String? {
    switch self {
    case .cluster: Stage.clustering.operation
    case .ideas: Stage.ideas.operation
    case .content: Stage.contents.operation
    case .imagePrompts: Stage.imagePrompts.operation
    case .images: Stage.images.operation
    case .publish: nil
    }
  }
}

/// What a task's job is told.
struct AITaskOrder: Sendable, Equatable {
  var task: AITask
  var user: UserID?
  var requestID: String
  var site: Int64 = 0
  var items: [StageItem]
  var destinations: [String] = []
  /// Makes pictures that are there already.
  var anew = false

  var json: String {
    let items = items.map { item -> JSONValue in
      ["id": .int(item.id), "label": .string(item.label), "sector": .int(item.sector)]
    }
    let value: JSONValue = [
      "user": user.map { .int($0.value) } ?? .null, "request_id": .string(requestID),
      "site": .int(site), "items": .array(items),
      "destinations": .array(destinations.map(JSONValue.string)), "anew": .bool(anew),
    ]
    return value.text
  }

  init(
    task: AITask, user: UserID?, requestID: String, site: Int64 = 0, items: [StageItem],
    destinations: [String] = [], anew: Bool = false
  ) {
    (self.task, self.user, self.requestID, self.site) = (task, user, requestID, site)
    (self.items, self.destinations, self.anew) = (items, destinations, anew)
  }

  init(_ task: AITask, json: String) throws {
    let value = try JSONValue(parsing: json)
    self.init(
      task: task, user: value["user"]?.int.map { UserID($0) },
      requestID: value["request_id"]?.string ?? "", site: value["site"]?.int ?? 0,
      items: (value["items"]?.array ?? []).map {
        StageItem(
          id: $0["id"]?.int ?? 0, sector: $0["sector"]?.int ?? 0,
          label: $0["label"]?.string ?? "")
      },
      destinations: (value["destinations"]?.array ?? []).compactMap(\.string),
      anew: value["anew"]?.bool ?? false)
  }

  /// The calls to be made; keywords are clustered by one.
  var units: [(unit: WorkUnit, step: String)] {
    if task == .cluster {
      let unit = WorkUnit.cluster(
        items.map(\.id), site: site, sector: items.first?.sector ?? 0, withOutliers: false)
      return [(unit, "cluster")]
    }
    return items.map { item in
      let unit: WorkUnit =
        switch task {
        case .cluster, .ideas: .ideas(item.id)
        case .content: .content(item.id)
        case .imagePrompts: .imagePrompts(item.id)
        case .images: .image(item.id, anew: anew)
        case .publish: .publish(item.id, destinations: destinations)
        }
      return (unit, "\(item.id)")
    }
  }
}
