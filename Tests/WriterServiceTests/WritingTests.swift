import CommonContract
import IntegrationContract
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing
import WriterContract

@testable import WriterService

@Suite("From ideas to articles", .inTurn, .timeLimit(.minutes(10)))
struct WritingTests {
  @Test("an idea gets one task however often it is queued")
  func queueOnce() async throws {
    let world = try await WriterWorld.make()
    let first = try await world.queue()
    let second = try await world.queue()
    #expect(first.created && !second.created && first.taskID == second.taskID)
    #expect(try await world.number("SELECT count(*) FROM outbox WHERE kind = 'task_created'") == 1)
    let other = try await world.queue(account: 2)
    #expect(other.created)
  }

  @Test("an article is written from its task's outline, kept as a revision and charged by words")
  func write() async throws {
    let world = try await WriterWorld.make()
    let task = try await world.queue().taskID
    let done = try await world.write(task)
    #expect(done.phase == "DONE" && done.creditsUsed == 2)
    #expect(world.neighbours.seen.estimates == [500])
    #expect(world.neighbours.seen.articles.first?.outline.first?.heading == "One")
    #expect(world.neighbours.seen.articles.first?.assignment?.siteName == "Tea Site")

    let list = try await world.contents.listContent(Writer.ListContentRequest(), world.editor())
    let content = try #require(list.results.first)
    #expect(list.count == 1 && content.taskID == task && content.status == "draft")
    #expect(content.wordCount == 251 && content.model == "local/drafts")
    #expect(content.slug == "green-tea" && content.entityType == "article")
    let shown = try await world.tasks.getTask(Common.IdRequest(id: task), world.editor())
    #expect(shown.status == "review" && shown.contentID == content.id && shown.wordCount == 251)
    #expect(
      try await world.number(
        """
        SELECT (payload ->> 'amount')::bigint FROM outbox
        WHERE kind = 'billing.capture'
        """) == 251)
    #expect(
      try await world.number("SELECT count(*) FROM outbox WHERE kind = 'content_generated'") == 1)
  }

  @Test("the same key gives the first answer, writes nothing and asks no AI")
  func sameKey() async throws {
    let world = try await WriterWorld.make()
    let task = try await world.queue().taskID
    let first = try await world.write(task)
    let second = try await world.write(task)
    #expect(first == second)
    #expect(world.neighbours.seen.articles.count == 1)
    #expect(try await world.number("SELECT count(*) FROM content_revisions") == 1)
  }

  @Test("writing a task again makes a new revision of its article")
  func rewrite() async throws {
    let world = try await WriterWorld.make()
    let task = try await world.queue().taskID
    _ = try await world.write(task, key: "a")
    _ = try await world.write(task, key: "b")
    #expect(try await world.number("SELECT count(*) FROM contents") == 1)
    #expect(try await world.number("SELECT max(revision) FROM contents") == 2)
    #expect(try await world.number("SELECT count(*) FROM content_revisions") == 2)
  }

  @Test("when the AI fails the hold is released and nothing is written")
  func failure() async throws {
    let world = try await WriterWorld.make()
    let task = try await world.queue().taskID
    world.neighbours.change { $0.failure = RPCError(.unavailable, "No AI", reason: "upstream") }
    await #expect { try await world.write(task) } throws: {
      ($0 as? RPCError)?.details.reason == "upstream"
    }
    #expect(world.neighbours.seen.released == [1])
    #expect(try await world.number("SELECT count(*) FROM contents") == 0)
    world.neighbours.change { $0.failure = nil }
    #expect(try await world.write(task).phase == "DONE")
    #expect(world.neighbours.seen.holds.keys.sorted() == ["k", "k#2"])
  }

  @Test("without credits nothing is asked and nothing is written")
  func poor() async throws {
    let world = try await WriterWorld.make()
    let task = try await world.queue().taskID
    world.neighbours.change { $0.credits = 1 }
    await #expect { try await world.write(task) } throws: {
      ($0 as? RPCError)?.details.reason == "insufficient_credits"
    }
    #expect(world.neighbours.seen.articles.isEmpty)
  }

  @Test("another account's task is not there")
  func tenancy() async throws {
    let world = try await WriterWorld.make()
    let task = try await world.queue().taskID
    await #expect {
      try await world.tasks.getTask(.init(id: task), world.editor(account: 2))
    } throws: { ($0 as? RPCError)?.code == .notFound }
    let call = world.call(account: 2, key: "k")
    await #expect {
      try await world.finish(world.writing.generateContent(.init(id: task), call))
    } throws: {
      ($0 as? RPCError)?.code == .notFound
    }
  }

  @Test("a task whose writing was refused for good says why, and may be tried again")
  func failed() async throws {
    let world = try await WriterWorld.make()
    let task = try await world.queue().taskID
    func shown() async throws -> Writer.Task {
      try await world.tasks.getTask(.init(id: task), world.editor())
    }
    world.neighbours.change {
      $0.failure = RPCError(.failedPrecondition, "The key was refused", reason: "upstream")
    }
    _ = await refusal { _ = try await world.write(task) }
    let marked = try await shown()
    #expect(marked.status == "failed" && marked.error == "The key was refused")
    #expect(try await world.items(4).isEmpty)
    world.neighbours.change { $0.failure = RPCError(.unavailable, "Away") }
    _ = await refusal { _ = try await world.write(task) }
    let waiting = try await shown()
    #expect(waiting.status == "pending" && waiting.error == nil)
    #expect(try await world.items(4) == [task])
    world.neighbours.change { ($0.failure, $0.credits) = (nil, 1) }
    _ = await refusal { _ = try await world.write(task) }
    #expect(try await shown().status == "pending")
    world.neighbours.change { $0.credits = 100 }
    #expect(try await world.write(task).phase == "DONE")
    #expect(try await shown().status == "review")
  }

  @Test("a task is written by one request at a time; work that was given up is taken over")
  func busy() async throws {
    let world = try await WriterWorld.make()
    let task = try await world.queue().taskID
    _ = try await world.database.run(
      Statement(
        "test.claim",
        "UPDATE tasks SET status = 'in_progress', work_key = 'other', updated_at = $1"),
      [.instant(world.time.now())], in: .allAccounts)
    let busy = await refusal { _ = try await world.write(task) }
    #expect(busy?.details.reason == "busy")
    #expect(world.neighbours.seen.articles.isEmpty && world.neighbours.seen.released == [1])
    let check = await refusal {
      _ = try await world.writing.checkWork(
        .init(operation: "content_generation", ids: [task]), world.call())
    }
    #expect(check?.details.fields.first?.messages == ["“Green Tea” (\(task)) is being written"])
    #expect(try await world.items(4).isEmpty)
    #expect(try await world.write(task, key: "other").phase == "DONE")
    _ = try await world.database.run(
      Statement("test.again", "UPDATE tasks SET status = 'in_progress', work_key = 'third'"),
      in: .allAccounts)
    world.time.advance(by: .seconds(601))
    #expect(try await world.items(4) == [task])
    #expect(try await world.write(task, key: "fourth").phase == "DONE")
  }
}
