import EdgeCore
import JSON
import NIOCore
import Protobuf
import RouteTable

/// The body around a successful reply.
struct Envelope: Sendable {
  let plan: RoutePlan
  let requestID: String
  let warnings: [String]
  let query: Query
  /// The URL of this request without its parameters.
  let address: String

  /// - Throws: `ProtobufError`.
  func body(_ reply: ByteBuffer) throws -> [UInt8] {
    try reply.withUnsafeReadableBytes { bytes in
      try DecodedMessage(plan.reply.descriptor, bytes).withReader { reader in
        var writer = JSONWriter(reserving: bytes.count * 2 + 256)
        write(reader, to: &writer)
        return writer.bytes
      }
    }
  }

  private func write(_ reader: MessageReader, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.name("success")
    writer.bool(true)
    writeData(reader, to: &writer)
    if let text = plan.route.message {
      writer.name("message")
      writer.string(text)
    }
    writer.name("request_id")
    writer.string(requestID)
    if !warnings.isEmpty { writeWarnings(to: &writer) }
    writer.endObject()
  }

  private func writeData(_ reader: MessageReader, to writer: inout JSONWriter) {
    let wanted = query.selectedFields
    switch plan.route.shape {
    case .list: writeList(reader, wanted, to: &writer)
    case .array:
      writer.name("data")
      guard let results = field("results") else { return writer.null() }
      ReplyWriter.list(reader, results, only: wanted, to: &writer)
    case .object, .empty, .raw, .events:
      writer.name("data")
      ReplyWriter.object(reader, plan.reply, only: wanted, to: &writer)
    }
  }

  private func writeList(
    _ reader: MessageReader, _ wanted: Set<String>?, to writer: inout JSONWriter
  ) {
    let count = field("count").map { reader.int64($0.index) } ?? 0
    writer.name("count")
    writer.int(count)
    let links = links(reader, count: count)
    writer.name("next")
    links.next.map { writer.string($0) } ?? writer.null()
    writer.name("previous")
    links.previous.map { writer.string($0) } ?? writer.null()
    writer.name("results")
    if let results = field("results") {
      ReplyWriter.list(reader, results, only: wanted, to: &writer)
    } else {
      writer.beginArray()
      writer.endArray()
    }
    ReplyWriter.members(reader, plan.reply, only: plan.extras, to: &writer)
  }

  private func links(
    _ reader: MessageReader, count: Int64
  ) -> (next: String?, previous: String?) {
    if query["cursor"] != nil {
      let cursor = field("next_cursor").flatMap { try? reader.optionalString($0.index) } ?? ""
      return (cursor.isEmpty ? nil : url(query.replacing("cursor", with: cursor)), nil)
    }
    let page = max(1, query["page"].flatMap { Int64($0) } ?? 1)
    let size = min(100, max(1, query["page_size"].flatMap { Int64($0) } ?? 10))
    let (end, isHuge) = page.multipliedReportingOverflow(by: size)
    let next = isHuge || end >= count ? nil : url(query.replacing("page", with: "\(page + 1)"))
    return (next, page > 1 ? url(query.replacing("page", with: "\(page - 1)")) : nil)
  }

  private func url(_ query: Query) -> String { "\(address)?\(query.text)" }

  private func field(_ name: String) -> MessagePlan.Field? {
    plan.reply.fields.first { $0.name == name }
  }

  private func writeWarnings(to writer: inout JSONWriter) {
    writer.name("warnings")
    writer.beginArray()
    for name in warnings { writer.string("Unknown field \"\(name)\" was ignored") }
    writer.endArray()
  }
}
