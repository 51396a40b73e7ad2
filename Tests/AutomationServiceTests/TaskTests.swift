import AutomationContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import AutomationService

@Suite("A task", .inTurn, .timeLimit(.minutes(10)))
struct TaskTests {
  @Test("keywords are clustered by one call and the result is kept")
  func clustering() async throws {
    let world = try await AutomationWorld.make()
    let accepted = try await world.tasks.startClustering(
      Automation.StartClusteringRequest(ids: [1, 3], sectorID: 2), world.call())
    #expect(accepted.status == "queued")
    #expect(accepted.estimatedCredits == 10)
    let ended = try await world.working { try await world.ends(accepted.taskID) }
    #expect(ended.state == "SUCCESS")
    #expect(ended.phase == "DONE")
    #expect(ended.percentage == 100)
    #expect(ended.creditsUsed == 10)
    #expect(ended.result == #"{"ids":[1]}"#)
    #expect(ended.items.map(\.status) == ["done", "done"])
    #expect(world.fakes.effects == ["job/\(accepted.taskID)/cluster": 1])
  }

  @Test("what was asked wrongly is refused before anything is queued")
  func validation() async throws {
    let world = try await AutomationWorld.make()
    func code(_ ids: [Int64]) async throws -> RPCCode? {
      try await refusal {
        try await world.tasks.startClustering(
          Automation.StartClusteringRequest(ids: ids), world.call())
      }?.code
    }
    #expect(try await code([]) == .invalidArgument)
    #expect(try await code(Array(1...51)) == .invalidArgument)
    #expect(try await code([404]) == .notFound)
  }

  @Test("an account that cannot pay is told so at once")
  func credits() async throws {
    let world = try await AutomationWorld.make(Fakes { $0.available = 19 })
    let refused = try await refusal {
      try await world.tasks.startContent(
        Automation.StartContentRequest(ids: [31, 32]), world.call())
    }
    #expect(refused?.details.reason == "insufficient_credits")
    #expect(refused?.details.required == 20)
    #expect(refused?.details.available == 19)
  }

  @Test("the second request with the same key gets the first task, another body is refused")
  func key() async throws {
    let world = try await AutomationWorld.make()
    func start(_ ids: [Int64]) async throws -> String {
      try await world.tasks.startIdeas(
        Automation.StartIdeasRequest(ids: ids), world.call(key: "k")
      ).taskID
    }
    let first = try await start([11])
    #expect(try await start([11]) == first)
    #expect(try await refusal { try await start([12]) }?.code == .alreadyExists)
  }

  @Test("a failing item is shown and the others are done")
  func partial() async throws {
    let world = try await AutomationWorld.make()
    world.fakes.fail(31, with: RPCError(.failedPrecondition, "Not pending"))
    let accepted = try await world.tasks.startContent(
      Automation.StartContentRequest(ids: [31, 32]), world.call())
    let ended = try await world.working { try await world.ends(accepted.taskID) }
    #expect(ended.state == "SUCCESS")
    #expect(ended.items.map(\.status) == ["failed", "done"])
    #expect(ended.items.first?.error == "Not pending")
    #expect(ended.creditsUsed == 10)
  }

  @Test("a task of which every item fails has failed")
  func failed() async throws {
    let world = try await AutomationWorld.make()
    world.fakes.fail(31, with: RPCError(.failedPrecondition, "Not pending"))
    let accepted = try await world.tasks.startContent(
      Automation.StartContentRequest(ids: [31]), world.call())
    let ended = try await world.working { try await world.ends(accepted.taskID) }
    #expect(ended.state == "FAILURE")
    #expect(ended.error == "Not pending")
    #expect(ended.errorType == "failedPrecondition")
  }

  @Test("a cancelled task stops")
  func cancel() async throws {
    let world = try await AutomationWorld.make()
    world.fakes.open(false)
    let accepted = try await world.tasks.startImages(
      Automation.StartImagesRequest(ids: [51]), world.call())
    let request = Automation.TaskRequest(taskID: accepted.taskID)
    let ended = try await world.working {
      try await world.until { !world.fakes.calls.isEmpty }
      _ = try await world.tasks.cancelTask(request, world.call())
      return try await world.ends(accepted.taskID)
    }
    world.fakes.open(true)
    #expect(ended.state == "CANCELLED")
    #expect(world.fakes.effects.isEmpty)
  }

  @Test("a task of a site that was not granted is not there")
  func reach() async throws {
    let world = try await AutomationWorld.make()
    let accepted = try await world.tasks.startContent(
      Automation.StartContentRequest(ids: [31]), world.call())
    let request = Automation.TaskRequest(taskID: accepted.taskID)
    var granted = world.call()
    (granted.context.role, granted.context.sites) = (.editor, [SiteID(1)])
    var other = granted
    other.context.sites = [SiteID(2)]
    #expect(try await world.tasks.getTaskProgress(request, granted).state == "PENDING")
    let calls: [(Automation.TaskRequest, OutgoingCall) async throws -> Automation.TaskProgress] = [
      world.tasks.getTaskProgress, world.tasks.cancelTask,
    ]
    for call in calls {
      #expect(try await refusal { try await call(request, other) }?.code == .notFound)
    }
    #expect(try await world.tasks.cancelTask(request, granted).state == "CANCELLED")
  }

  @Test("a watched task never goes backwards and ends with its result")
  func watch() async throws {
    let world = try await AutomationWorld.make()
    let accepted = try await world.tasks.startPublishing(
      Automation.StartPublishingRequest(contentID: 61), world.call())
    try await world.working {
      var percentages: [Int32] = []
      var last: Automation.TaskProgress?
      let stream = world.tasks.watchTaskProgress(
        Automation.TaskRequest(taskID: accepted.taskID), world.call())
      for try await now in stream {
        percentages.append(now.percentage)
        last = now
      }
      #expect(percentages == percentages.sorted())
      #expect(last?.state == "SUCCESS")
      #expect(last?.result?.contains("published") == true)
    }
  }
}
