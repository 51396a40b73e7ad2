import CommonContract
import Kernel
import RPC
import TestTraits
import Testing
import WriterContract

@testable import WriterService

@Suite("Tasks and images by hand", .inTurn, .timeLimit(.minutes(10)))
struct ResourceTests {
  @Test("tasks are created, filtered, changed and deleted, several at once too")
  func tasks() async throws {
    let world = try await WriterWorld.make()
    var ids: [Int64] = []
    for title in ["Green tea", "Black tea", "Coffee"] {
      let task = try await world.tasks.createTask(
        Writer.CreateTaskRequest(title: title, siteID: 10, sectorID: 20, status: "draft"),
        world.editor())
      #expect(task.status == "pending" && task.wordCountTarget == 1_000)
      ids.append(task.id)
    }
    let teas = try await world.tasks.listTasks(.init(search: "TEA"), world.editor())
    #expect(teas.count == 2)
    let changed = try await world.tasks.bulkUpdateTasks(
      .init(ids: ids, status: "archived"), world.editor())
    #expect(changed.count == 3)
    #expect(try await world.tasks.listTasks(.init(status: "draft"), world.editor()).count == 0)
    await #expect {
      try await world.tasks.updateTask(.init(id: ids[0], status: "x"), world.editor())
    } throws: { ($0 as? RPCError)?.details.fields.first?.messages == ["Invalid status value"] }
    let deleted = try await world.tasks.bulkDeleteTasks(.init(ids: ids), world.editor())
    #expect(deleted.count == 3)
    #expect(
      try await world.number("SELECT count(*) FROM outbox WHERE kind = 'task_created'") == 3)
  }

  @Test("an image belongs to a content of its own site")
  func images() async throws {
    let world = try await WriterWorld.make()
    let content = try await world.contents.createContent(
      .init(title: "Tea", siteID: 10, sectorID: 20), world.editor())
    let image = try await world.images.createImage(
      .init(
        imageType: "featured", siteID: 10, sectorID: 20, contentID: content.id, prompt: "A cup"),
      world.editor())
    #expect(image.status == "pending" && image.imageURL == nil)
    let list = try await world.images.listImagesByContent(.init(id: content.id), world.editor())
    #expect(list.count == 1 && list.results == [image])
    await #expect {
      try await world.images.createImage(
        .init(imageType: "featured", siteID: 10, sectorID: 20, contentID: 999), world.editor())
    } throws: {
      ($0 as? RPCError)?.details.fields.first?.name == "content_id"
    }
    await #expect {
      try await world.images.getImageFile(.init(id: image.id), world.editor())
    } throws: { ($0 as? RPCError)?.code == .notFound }
    let changed = try await world.images.bulkUpdateImages(
      .init(ids: [image.id], status: "failed"), world.editor())
    #expect(changed.ids == [image.id])
  }
}
