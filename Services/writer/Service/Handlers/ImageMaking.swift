import AuthContract
import CommonContract
import IntegrationContract
import JSON
import Kernel
import Metering
import Postgres
import RPC
import Cryptography
import WriterContract
import WriterCore

/// A picture as it is to be made.
struct ImageOrder: Sendable {
  let id: Int64
  let site: Int64
  let sector: Int64
  let content: Int64?
  let type: String
  let prompt: String
  let altText: String
}

/// Makes the picture of an image row.
struct ImageMaking: Sendable {
  let work: AIWork
  private var library: Library { work.library }

  private struct Input: Sendable {
    let image: ImageOrder
    let place: Auth.Place
    /// Checksum of the picture that was there.
    let before: String?
  }

  func register(in routes: inout RPCRoutes) {
    routes.stream(WritingMethods.generateImage) { request, call, sender in
      do {
        try await work.metering.run(
          WritingMethods.generateImage, request, call, sender,
          PaidWork(
            load: { try await load(request, call) },
            ask: { try await ask($0, hold: $1, call) },
            save: { try await save($0, $1, call, $2) }))
      } catch {
        await note(error, on: request.id, call)
        throw error
      }
    }
  }

  /// An image that cannot be made says why.
  private func note(_ error: any Error, on image: Int64, _ call: IncomingCall) async {
    guard let reason = work.reason(for: error), let account = call.context.account else { return }
    let values: [SQLValue] = [
      .id(account), .int(image), .text(reason), .instant(library.time.now()),
    ]
    await work.afterwards(ImageQueries.failed, values, of: account)
  }

  private func load(
    _ request: Writer.GenerateImageRequest, _ call: IncomingCall
  ) async throws -> Prepared<Input> {
    let id = request.id
    let row = try work.row(
      try await library.run(ImageQueries.forMaking, [.ints([id])], call), call)
    let image = try ImageOrder(row: row)
    let checksum = try row.optionalText("checksum")
    if !request.anew, try row.text("status") == "generated", let checksum {
      return .nothing(result: Self.result(image, checksum))
    }
    if image.prompt.isEmpty { throw RPCError(.failedPrecondition, "The image has no prompt") }
    let place = try await work.places.check(site: image.site, sector: image.sector, call)
    let charge = Charge(
      WorkKind.image.rawValue, reference: "image \(id)", site: SiteID(image.site))
    return .work(Input(image: image, place: place, before: checksum), charge)
  }

  private func ask(
    _ input: Input, hold: Int64, _ call: IncomingCall
  ) async throws -> Made<Integration.GenerateImageReply> {
    let image = input.image
    let reply = try await work.ai.generateImage(
      Integration.GenerateImageRequest(
        assignment: work.assignment(in: input.place, hold: hold, call), imageID: image.id,
        imageType: image.type, prompt: image.prompt, altText: image.altText),
      call.outgoingInternal(timeout: .seconds(150)))
    guard !reply.file.isEmpty else {
      throw RPCError(.internal, "The AI made an empty picture", reason: "upstream")
    }
    return Made(reply, usage: reply.usage)
  }

  private func save(
    _ input: Input, _ reply: Integration.GenerateImageReply, _ call: IncomingCall,
    _ transaction: Transaction
  ) async throws -> Saved {
    let account = try call.requireAccount()
    let image = input.image
    let now = library.time.now()
    let checksum = Digest.sha256Hex(reply.file)
    let present = try await transaction.run(ImageQueries.lock, [.id(account), .int(image.id)])
    guard let row = present.first else {
      throw RPCError(.notFound, "The image was deleted meanwhile")
    }
    guard try row.optionalText("checksum") == input.before else {
      throw RPCError(.aborted, "The image was made meanwhile", reason: "conflict")
    }
    _ = try await transaction.run(
      ImageQueries.generated,
      [
        .id(account), .int(image.id), .text(reply.usage?.provider ?? ""),
        .text(reply.usage?.model ?? ""), .int(reply.width), .int(reply.height),
        .int(reply.file.count), .text(checksum), .instant(now),
      ])
    _ = try await transaction.run(
      ImageQueries.storeFile,
      [
        .id(account), .int(image.id), .text(reply.contentType), .bytes(reply.file),
        .instant(now),
      ])
    return Saved(
      result: Self.result(image, checksum), relatedType: "image", relatedID: image.id,
      messages: [
        WriterEvent.imageGenerated(image.id, account: account, of: image, checksum: checksum)
      ])
  }

  private static func result(_ image: ImageOrder, _ checksum: String) -> String {
    let result: JSONValue = [
      "image_id": .int(image.id), "content_id": image.content.map { .int($0) } ?? .null,
      "image_url": .string("/api/v1/writer/images/\(image.id)/file/"),
      "checksum": .string(checksum),
    ]
    return result.text
  }
}

extension ImageOrder {
  fileprivate init(row: Row) throws {
    id = try row.int("id")
    (site, sector) = (try row.int("site_id"), try row.int("sector_id"))
    content = try row.optionalInt("content_id")
    type = try row.text("image_type")
    (prompt, altText) = (try row.text("prompt"), try row.text("alt_text"))
  }
}
