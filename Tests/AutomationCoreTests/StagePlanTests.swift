import Testing

@testable import AutomationCore

@Suite("What a stage will do and cost")
struct StagePlanTests {
  private func items(_ sectors: [Int64]) -> [StageItem] {
    sectors.enumerated().map { StageItem(id: Int64($0.offset + 1), sector: $0.element) }
  }

  @Test("a batch of keywords is of one sector and no larger than asked")
  func sectors() {
    let plan = StagePlan(
      .clustering, items([1, 2, 1, 1, 2]), settings: StageSettings(batchSize: 2))
    #expect(plan.batches.map { $0.map(\.id) } == [[1, 3], [4], [2, 5]])
    #expect(plan.cost { $0 * 10 } == 30)
  }

  @Test("the other stages keep the order of their items")
  func order() {
    let plan = StagePlan(.ideas, items([1, 2, 1]), settings: StageSettings(batchSize: 2))
    #expect(plan.batches.map { $0.map(\.id) } == [[1, 2], [3]])
    #expect(plan.cost { $0 * 15 } == 45)
  }

  @Test("no more than the limit of a run is taken")
  func limit() {
    let settings = StageSettings(batchSize: 20, maxItems: 2)
    #expect(StagePlan(.images, items([1, 1, 1]), settings: settings).count == 2)
  }

  @Test("articles cost by their words; queueing and publishing cost nothing")
  func cost() {
    let tasks = [StageItem(id: 1, amount: 1_000), StageItem(id: 2, amount: 1_550)]
    let plan = StagePlan(.contents, tasks, settings: StageSettings(.contents))
    #expect(plan.cost { $0 / 100 } == 25)
    for stage in [Stage.tasks, .publishing] {
      let free = StagePlan(stage, tasks, settings: StageSettings(stage))
      #expect(free.cost { _ in 1_000 } == 0)
    }
  }

  @Test(
    "starting needs 1.2 times the first stage with items, rounded up",
    arguments: [(10, 12), (15, 18), (1, 2), (0, 0), (11, 14)] as [(Int64, Int64)])
  func need(credits: Int64, needed: Int64) {
    #expect(StartingNeed.credits([(0, 0), (3, credits), (5, 999)]) == needed)
  }

  @Test("with nothing to do nothing is needed")
  func nothing() {
    #expect(StartingNeed.credits([(0, 0)]) == 0)
    #expect(StagePlan(.clustering, [], settings: StageSettings(.clustering)).batches.isEmpty)
  }
}

@Suite("How far a task is")
struct TaskProgressSumTests {
  @Test("the percentage is the mean of the items and a hundred only at the end")
  func mean() {
    var sum = TaskProgressSum(items: 2)
    #expect(sum.percentage == 0)
    #expect(sum.phase == "INIT")
    sum.note(0, phase: "DONE", percentage: 100)
    #expect(sum.percentage == 50)
    sum.note(1, phase: "AI_CALL", percentage: 25)
    #expect(sum.percentage == 62)
    #expect(sum.phase == "AI_CALL")
    sum.note(1, phase: "PREP", percentage: 10)
    #expect(sum.percentage == 62)
    sum.note(1, phase: "DONE", percentage: 100)
    #expect(sum.percentage == 99)
  }
}

@Suite("What becomes of a stage that reaches nobody")
struct RetryRuleTests {
  @Test("it is tried again until the last round")
  func rounds() {
    #expect(RetryRule.verdict(rounds: 0, progressed: false, anyDone: false) == .again(1))
    #expect(RetryRule.verdict(rounds: 4, progressed: false, anyDone: true) == .again(5))
    #expect(RetryRule.verdict(rounds: 5, progressed: true, anyDone: true) == .again(1))
  }

  @Test("then the items are at fault where others were done, else the stage fails")
  func end() {
    #expect(RetryRule.verdict(rounds: 5, progressed: false, anyDone: true) == .failItems)
    #expect(RetryRule.verdict(rounds: 5, progressed: false, anyDone: false) == .failStage)
  }
}

@Suite("The configuration of a site")
struct PipelineConfigTests {

  @Test("at first every stage is on, in batches that may be asked for")
  func defaults() {
    let config = PipelineConfig()
    for stage in Stage.allCases {
      #expect(config[stage].isEnabled)
      #expect((1...Stage.largestBatch).contains(config[stage].batchSize))
    }
    #expect(!config.publishesItself)
  }
}
