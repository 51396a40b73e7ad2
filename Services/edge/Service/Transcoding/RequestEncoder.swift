import RouteTable
import CommonContract
import EdgeCore
import JSON
import NIOCore
import Protobuf
import RPC

/// A request's message, as bytes, and the names in its body that nobody knows.
struct EncodedRequest: Sendable {
  let bytes: ByteBuffer
  let warnings: [String]
}

/// Makes a route's request message out of body, query and path, in this order: the path has the
/// last word.
enum RequestEncoder {
  /// What stands in the body.
  enum Content {
    case none
    case json(ByteBuffer)
    case file(ByteBuffer, texts: [Query.Item])
  }

  /// - Throws: `Refusal`.
  static func encode(
    _ plan: RoutePlan, captured: [String], query: Query, content: Content
  ) throws -> EncodedRequest {
    var reader = RequestReader(plan.request)
    let draft = MessageDraft(plan.route.request, expecting: content.size)
    do {
      try draft.withBuilder { builder in
        try take(content, plan, &reader, builder)
        for item in query.items { reader.take(item.name, item.value, into: builder) }
        for (field, text) in zip(plan.parameters, captured) {
          guard reader.take(parameter: field, text, into: builder) else { throw Refusal(404) }
        }
        reader.finish(builder)
      }
    } catch let fault as JSONFault {
      throw Refusal(400, "Malformed JSON: \(fault)")
    }
    guard reader.faults.isEmpty else { throw Refusal(400, fields: reader.faults) }
    var bytes = ByteBufferAllocator().buffer(capacity: draft.packedSize)
    let size = draft.packedSize
    if size > 0 {
      bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { draft.pack(into: $0) }
    }
    return EncodedRequest(bytes: bytes, warnings: reader.warnings)
  }

  private static func take(
    _ content: Content, _ plan: RoutePlan, _ reader: inout RequestReader,
    _ builder: MessageBuilder
  ) throws {
    switch content {
    case .none: break
    case .json(let body):
      try body.withUnsafeReadableBytes { try reader.read($0, into: builder) }
    case .file(let body, let texts):
      for item in texts { reader.take(item.name, item.value, into: builder) }
      guard let field = plan.route.uploadField else { return }
      body.withUnsafeReadableBytes { reader.upload($0, field: field, into: builder) }
    }
  }
}

extension RequestEncoder {
  /// Headers that are for the edge alone.
  private static let withheld: Set<String> = ["authorization", "cookie", "x-api-key"]

  /// Hands a request on as it came.
  /// - Throws: `Refusal` 413, or 400.
  static func raw(_ ask: Ask, _ route: Route) async throws -> EncodedRequest {
    let body = try await body(of: ask, route)
    let headers = ask.headers.filter { !withheld.contains($0.key) }
      .sorted { $0.key < $1.key }
      .map { Common.Header(name: $0.key, value: $0.value) }
    let request = Common.RawRequest(body: Array(body.readableBytesView), headers: headers)
    return EncodedRequest(bytes: ByteBuffer(bytes: request.encoded()), warnings: [])
  }

  /// - Throws: `Refusal` 413, or 400.
  fileprivate static func body(of ask: Ask, _ route: Route) async throws -> ByteBuffer {
    if let length = ask.headers["content-length"].flatMap({ Int($0) }), length > route.maxBodyBytes
    {
      throw Refusal(413)
    }
    do {
      return try await ask.body(route.maxBodyBytes)
    } catch is BodyTooLarge {
      throw Refusal(413)
    } catch is BodyBroken {
      throw Refusal(400, "Malformed body")
    }
  }
}

extension RequestEncoder.Content {
  fileprivate var size: Int {
    switch self {
    case .none: 0
    case .json(let body), .file(let body, _): body.readableBytes
    }
  }

  /// Reads a request's body as its content type says.
  /// - Throws: `Refusal`.
  init(_ ask: Ask, route plan: RoutePlan) async throws {
    let route = plan.route
    if route.verb == .get {
      self = .none
      return
    }
    let body = try await RequestEncoder.body(of: ask, route)
    guard body.readableBytes > 0 else {
      self = .none
      return
    }
    self = try Self.read(
      body, type: ask.headers["content-type"] ?? "application/json", route.uploadField)
  }

  private static func read(
    _ body: ByteBuffer, type: String, _ upload: Int?
  ) throws -> RequestEncoder.Content {
    let media = HeaderList.mediaType(type)
    if media == "application/json" || media.hasSuffix("+json") { return .json(body) }
    guard upload != nil else { throw Refusal(415) }
    switch media {
    case "multipart/form-data": return try form(body, type: type)
    case "text/csv", "text/plain", "application/csv", "application/vnd.ms-excel",
      "application/octet-stream":
      return .file(body, texts: [])
    default: throw Refusal(415)
    }
  }

  private static func form(_ body: ByteBuffer, type: String) throws -> RequestEncoder.Content {
    let bytes = Array(body.readableBytesView)
    guard let boundary = Multipart.boundary(of: type),
      let form = Multipart(bytes, boundary: boundary)
    else { throw Refusal(400, "Malformed multipart body") }
    let file = form.parts.first { $0.fileName != nil } ?? form.parts.first { $0.name == "file" }
    guard let file else {
      throw Refusal(
        400, fields: [FieldError(name: "file", messages: ["This field is required"])])
    }
    let texts = form.parts.filter { $0 != file }.map { part in
      Query.Item(part.name, String(decoding: bytes[part.body], as: UTF8.self))
    }
    return .file(ByteBuffer(bytes: bytes[file.body]), texts: texts)
  }
}
