import CommonContract
import Kernel
import RPC
import Cryptography
import TestTraits
import Testing
import WriterContract

@testable import WriterService

@Suite("Pictures", .inTurn, .timeLimit(.minutes(10)))
struct PictureTests {
  @Test("prompts become rows and rows become files")
  func pictures() async throws {
    let world = try await WriterWorld.make()
    let content = try await world.article()
    #expect(content.images.map(\.imageType) == ["featured", "in_article"])
    let image = try #require(content.images.first)
    #expect(image.status == "generated" && image.width == 12 && image.bytes == 7)
    #expect(image.imageURL == "/api/v1/writer/images/\(image.id)/file/")
    let file = try await world.images.getImageFile(.init(id: image.id), world.editor())
    #expect(file.body == Neighbours.picture && file.contentType == "image/png")
    #expect(file.etag == Digest.sha256Hex(Neighbours.picture) && file.etag == image.checksum)
  }

  @Test("asking for prompts or a picture that is there costs nothing")
  func nothingToDo() async throws {
    let world = try await WriterWorld.make()
    let content = try await world.article()
    let holds = world.neighbours.seen.holds.count
    let prompts = try await world.finish(
      world.writing.generateImagePrompts(.init(id: content.id), world.call(key: "again")))
    #expect(prompts.creditsUsed == 0 && prompts.result?.contains("\"count\":2") == true)
    let image = try #require(content.images.first)
    _ = try await world.finish(
      world.writing.generateImage(.init(id: image.id), world.call(key: "more")))
    #expect(world.neighbours.seen.holds.count == holds)
  }

  @Test("stages list what is left to do, and nothing twice")
  func stages() async throws {
    let world = try await WriterWorld.make()
    func left(_ stage: Int32) async throws -> Writer.StageItems {
      try await world.writing.listStageItems(
        Writer.StageItemsRequest(siteID: 10, stage: stage), world.call())
    }
    let task = try await world.queue().taskID
    let tasks = try await left(4)
    #expect(tasks.total == 1 && tasks.items.first?.amount == 500 && tasks.items.first?.id == task)
    _ = try await world.write(task)
    #expect(try await left(4).total == 0)
    let content = try #require(try await left(5).items.first)
    #expect(try await left(7).items.map(\.id) == [content.id])
    _ = try await world.finish(
      world.writing.generateImagePrompts(.init(id: content.id), world.call(key: "p")))
    #expect(try await left(5).total == 0)
    let images = try await left(6)
    #expect(images.total == 2 && images.items.count == 2)
    let behind = try await world.writing.listStageItems(
      Writer.StageItemsRequest(siteID: 10, stage: 6, afterID: images.items[0].id), world.call())
    #expect(behind.items == [images.items[1]])
    await #expect(throws: RPCError.self) { try await left(3) }
  }

  @Test("work is checked before it is queued")
  func check() async throws {
    let world = try await WriterWorld.make()
    let first = try await world.queue(1).taskID
    let second = try await world.queue(2).taskID
    let reply = try await world.writing.checkWork(
      Writer.CheckWorkRequest(operation: "content_generation", ids: [second, first]), world.call())
    #expect(reply.siteID == 10 && reply.items.map(\.id) == [second, first])
    #expect(reply.items.map(\.amount) == [500, 500])
    await #expect {
      try await world.writing.checkWork(
        Writer.CheckWorkRequest(operation: "content_generation", ids: [first, 999]), world.call())
    } throws: {
      ($0 as? RPCError)?.code == .notFound
    }
    await #expect(throws: RPCError.self) {
      try await world.writing.checkWork(
        Writer.CheckWorkRequest(operation: "dance", ids: [first]), world.call())
    }
  }

  @Test("all pictures of a content that are still to be made are found by the content")
  func unmade() async throws {
    let world = try await WriterWorld.make()
    let task = try await world.queue().taskID
    _ = try await world.write(task)
    let content = try #require(try await world.items(5).first)
    func check(_ call: OutgoingCall) async throws -> [Int64] {
      try await world.writing.checkWork(
        .init(operation: "image_generation", contentID: content), call
      ).items.map(\.id)
    }
    let early = await refusal { _ = try await check(world.call()) }
    #expect(early?.details.fields.first?.name == "content_id")
    _ = try await world.finish(
      world.writing.generateImagePrompts(.init(id: content), world.call(key: "p")))
    let ids = try await world.items(6)
    #expect(try await Set(check(world.call())) == Set(ids))
    _ = try await world.finish(
      world.writing.generateImage(.init(id: ids[0]), world.call(key: "i")))
    #expect(try await check(world.call()) == Array(ids.dropFirst()))
    let foreign = await refusal { _ = try await check(world.call(account: 2)) }
    #expect(foreign?.code == .notFound)
  }

  @Test("a picture that is there is made again only when that is asked for")
  func anew() async throws {
    let world = try await WriterWorld.make()
    let image = try #require(try await world.article().images.first)
    let asked = world.neighbours.seen.pictures
    func make(anew: Bool, key: String) async throws -> Int64 {
      try await world.finish(
        world.writing.generateImage(.init(id: image.id, anew: anew), world.call(key: key))
      ).creditsUsed
    }
    #expect(try await make(anew: false, key: "a") == 0)
    #expect(world.neighbours.seen.pictures == asked)
    #expect(try await make(anew: true, key: "b") == 1)
    #expect(world.neighbours.seen.pictures == asked + 1)
    world.neighbours.change {
      $0.failure = RPCError(.invalidArgument, "The prompt was refused", reason: "upstream")
    }
    _ = await refusal { _ = try await make(anew: true, key: "c") }
    let kept = try await world.images.getImage(.init(id: image.id), world.editor())
    #expect(kept.status == "generated" && kept.error == "The prompt was refused")
  }

  @Test("a picture that cannot be made is failed, with the reason, and is not tried by runs")
  func failed() async throws {
    let world = try await WriterWorld.make()
    let image = try await world.images.createImage(
      .init(imageType: "featured", siteID: 10, sectorID: 20, prompt: "A cup"), world.editor())
    #expect(try await world.items(6) == [image.id])
    world.neighbours.change {
      $0.failure = RPCError(.invalidArgument, "The prompt was refused", reason: "upstream")
    }
    _ = await refusal {
      _ = try await world.finish(
        world.writing.generateImage(.init(id: image.id), world.call(key: "a")))
    }
    let failed = try await world.images.getImage(.init(id: image.id), world.editor())
    #expect(failed.status == "failed" && failed.error == "The prompt was refused")
    #expect(try await world.items(6).isEmpty)
  }
}
