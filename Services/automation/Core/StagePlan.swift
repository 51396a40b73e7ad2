/// Something that a stage works on.
package struct StageItem: Sendable, Equatable {
  package var id: Int64
  package var sector: Int64
  package var label: String
  /// In the unit of the stage's operation.
  package var amount: Int64

  package init(id: Int64, sector: Int64 = 0, label: String = "", amount: Int64 = 1) {
    (self.id, self.sector, self.label, self.amount) = (id, sector, label, amount)
  }
}

/// The items of a stage, cut into batches that never change afterwards.
package struct StagePlan: Sendable, Equatable {
  package let stage: Stage
  /// In the order of work. A batch of clustering has keywords of one sector only.
  package let batches: [[StageItem]]

  /// - Parameter items: in the order of their ids; what exceeds the stage's limit is left out.
  package init(_ stage: Stage, _ items: [StageItem], settings: StageSettings) {
    self.stage = stage
    let taken = items.prefix(settings.maxItems ?? items.count)
    let size = max(1, min(settings.batchSize, Stage.largestBatch))
    let groups = stage == .clustering ? Self.bySector(taken) : [Array(taken)]
    batches = groups.flatMap { group in
      stride(from: 0, to: group.count, by: size).map {
        Array(group[$0..<min($0 + size, group.count)])
      }
    }
  }

  private static func bySector(_ items: some Sequence<StageItem>) -> [[StageItem]] {
    var places: [Int64: Int] = [:]
    var groups: [[StageItem]] = []
    for item in items {
      if let place = places[item.sector] {
        groups[place].append(item)
      } else {
        places[item.sector] = groups.count
        groups.append([item])
      }
    }
    return groups
  }

  package var count: Int { batches.reduce(0) { $0 + $1.count } }

  /// What is paid for one by one: a batch of clustering, else an item; the amount of each.
  package var amounts: [Int64] {
    guard stage.operation != nil else { return [] }
    return stage.worksInBatches ? batches.map { _ in 1 } : batches.joined().map(\.amount)
  }

  /// What the plan costs.
  /// - Parameter price: the cost of an amount of the stage's operation.
  package func cost(_ price: (Int64) -> Int64) -> Int64 {
    amounts.reduce(0) { $0 + price($1) }
  }
}

/// What starting a run needs.
package enum StartingNeed {
  /// 1.2 times the credits of the first stage with items, rounded up.
  /// - Parameter stages: items and credits, in order.
  package static func credits(_ stages: [(items: Int, credits: Int64)]) -> Int64 {
    guard let first = stages.first(where: { $0.items > 0 }) else { return 0 }
    return (first.credits * 12 + 9) / 10
  }
}
